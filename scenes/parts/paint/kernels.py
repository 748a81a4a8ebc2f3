"""What cairo is too slow for, compiled by numba: pixels are uint32 as cairo has them, premultiplied, alpha on top.

Importing numba takes as long as importing half of Manim: only what really draws or encodes imports this module.
Arithmetic is exact to the bit on every processor: nothing is contracted or reordered.
"""

import numpy as np
from numba import njit, uint32

from engine.network.compiled import kept
from scenes.parts.paint.canvas import FAR

NO_NAN = {"nnan", "ninf", "nsz"}


@njit(nogil=True, inline="always")
def over(under, paint, keep):
    """`paint` over `keep` / 255 of `under`, all four channels at once, rounded as cairo does."""
    low = (under & uint32(0xFF00FF)) * keep + uint32(0x800080)
    high = ((under >> uint32(8)) & uint32(0xFF00FF)) * keep + uint32(0x800080)
    low = ((low + ((low >> uint32(8)) & uint32(0xFF00FF))) >> uint32(8)) & uint32(0xFF00FF)
    high = (high + ((high >> uint32(8)) & uint32(0xFF00FF))) & uint32(0xFF00FF00)
    return paint + (low | high)


@kept(nogil=True)
def stamp(pixels, clip, centres, labels, shift, reach, phases, sprites):
    """Paint marks at centres (N, 2), shifted by whole pixels, one after the other; those far out or nowhere not.

    sprites (K · phases², height, width): each label's at `phases` places in a pixel each way, row by row, the middle
    `reach` pixels from the first. Every pixel of a sprite is blended, the empty ones too: without a question for each,
    eight are blended at once.
    """
    left, top, right, bottom = clip
    across, down = shift
    height, width = sprites.shape[1:]
    for k in range(len(centres)):
        if not (-FAR < centres[k, 0] < FAR and -FAR < centres[k, 1] < FAR):
            continue
        column, row = np.int64(np.rint(phases * centres[k, 0])), np.int64(np.rint(phases * centres[k, 1]))
        x, y = column // phases - reach + across, row // phases - reach + down
        sprite = np.uintp((labels[k] * phases + row % phases) * phases + column % phases)
        for i in range(max(0, top - y), min(height, bottom - y)):
            under, line = pixels[np.uintp(y + i)], sprites[sprite, np.uintp(i)]
            for j in range(max(0, left - x), min(width, right - x)):
                paint, at = line[np.uintp(j)], np.uintp(x + j)
                under[at] = over(under[at], paint, uint32(255) - (paint >> uint32(24)))


@kept(nogil=True, fastmath=NO_NAN, error_model="numpy")
def stroke(pixels, clip, vertices, starts, which, half, paints, coverage, touched):
    """Paint polylines, each of them `2 half` wide with round ends, one after the other.

    A pixel is covered as far as the line's width covers a pixel's width around it, measured across the line: exact for
    level and upright lines. Where a polyline covers a pixel more than once, the most counts. `paints` (256,): what to
    paint at each coverage. `coverage` is zero before and after; `touched` has room for every pixel.
    """
    left, top, right, bottom = clip
    width = pixels.shape[1]
    flat = pixels.reshape(-1)
    reach = half + 0.5
    for line in which:
        count = np.uintp(0)
        for k in range(starts[line], starts[line + 1] - 1):
            x0, y0, x1, y1 = vertices[k, 0], vertices[k, 1], vertices[k + 1, 0], vertices[k + 1, 1]
            if max(x0, x1) < left - reach or min(x0, x1) > right + reach:
                continue
            if max(y0, y1) < top - reach or min(y0, y1) > bottom + reach:
                continue
            level = abs(x1 - x0) >= abs(y1 - y0)
            if not level:  # go down the rows rather than along the columns
                x0, y0, x1, y1 = y0, x0, y1, x1
            first, last, low, high = (left, right, top, bottom) if level else (top, bottom, left, right)
            step, across_step = (1, width) if level else (width, 1)
            dx, dy = x1 - x0, y1 - y0
            length = np.sqrt(dx * dx + dy * dy)
            ux, uy = (dx / length, dy / length) if length > 0 else (1.0, 0.0)
            slope, extent = uy / ux, reach / abs(ux)
            begin, end = min(x0, x1), max(x0, x1)
            for i in range(max(first, int(np.floor(begin - reach))), min(last, int(np.ceil(end + reach)))):
                ex = i + 0.5 - x0
                middle = y0 + slope * (min(max(i + 0.5, begin), end) - x0) - 0.5
                inner = begin + reach < i + 0.5 < end - reach  # neither end is near
                for j in range(max(low, int(np.ceil(middle - extent))), min(high, int(np.floor(middle + extent)) + 1)):
                    ey = j + 0.5 - y0
                    distance = abs(ex * uy - ey * ux)
                    if not inner:
                        along = ex * ux + ey * uy
                        beyond = max(-along, along - length)
                        if beyond > 0:
                            distance = np.sqrt(distance * distance + beyond * beyond)
                    covered = min(half, distance + 0.5) - max(-half, distance - 0.5)
                    if covered > 0:
                        covers = np.uint8(min(covered, 1.0) * 255 + 0.5)
                        at = np.uintp(i * step + j * across_step)
                        before = coverage[at]
                        if covers > before:
                            coverage[at] = covers
                            if before == 0:
                                touched[count] = at
                                count += np.uintp(1)
        for k in range(count):
            at = np.uintp(touched[np.uintp(k)])
            paint = paints[coverage[at]]
            coverage[at] = 0
            flat[at] = over(flat[at], paint, uint32(255) - (paint >> uint32(24)))


@kept(nogil=True, error_model="numpy")
def tile(pixels, clip, vertices, starts, which, paints, first, last, above):
    """Fill convex polygons: pixels whose middle is inside become paints[k]; on an edge, one of its two sides has it.

    `first` and `last` (bottom,), where each row begins and ends, are infinity and -infinity before and after. The first
    row of `pixels` is the one that has so many `above` it, for the clip and for vertices.
    """
    left, top, right, bottom = clip
    for k in which:
        begin, end = np.uintp(starts[k]), np.uintp(starts[k + 1])
        low, high = bottom, top
        before = end - np.uintp(1)
        for corner in range(begin, end):
            a, b = (before, corner) if vertices[before, 1] < vertices[corner, 1] else (corner, before)
            before = corner  # from the upper to the lower corner: the same sums for both neighbours
            x, y = vertices[a, 0], vertices[a, 1]
            wide, tall = vertices[b, 0] - x, vertices[b, 1] - y
            here, beyond = max(top, int(np.ceil(y - 0.5))), min(bottom, int(np.ceil(vertices[b, 1] - 0.5)))
            if here < beyond:
                low, high = min(low, here), max(high, beyond)
                for row in range(np.uintp(here), np.uintp(beyond)):
                    crossed = x + (row + 0.5 - y) / tall * wide
                    first[row], last[row] = min(first[row], crossed), max(last[row], crossed)
        paint = paints[np.uintp(k)]
        for at in range(low, high):
            row = np.uintp(at)
            line, here = pixels[np.uintp(at - above)], max(left, int(np.ceil(first[row] - 0.5)))
            for column in range(here, min(right, int(np.ceil(last[row] - 0.5)))):
                line[np.uintp(column)] = paint
            first[row], last[row] = np.inf, -np.inf


@kept(nogil=True)
def halve(pixels, clip, left, top, sheet, means):
    """Paint a sheet at half its size, its first pixel at (left, top), as cairo does; leave the sheet transparent.

    Four of its pixels make one: their mean, rounded down. `means` is room for half a row.
    """
    from_x, from_y, to_x, to_y = clip
    pair, width = uint32(0xFF00FF), sheet.shape[1] // 2
    for i in range(sheet.shape[0] // 2):
        upper, lower, there = sheet[2 * i], sheet[2 * i + 1], uint32(0)
        for j in range(width):
            a, b, c, d = upper[2 * j], upper[2 * j + 1], lower[2 * j], lower[2 * j + 1]
            low = (a & pair) + (b & pair) + (c & pair) + (d & pair)
            high = ((a >> uint32(8)) & pair) + ((b >> uint32(8)) & pair)
            high += ((c >> uint32(8)) & pair) + ((d >> uint32(8)) & pair)
            means[j] = ((low >> uint32(2)) & pair) | (((high >> uint32(2)) & pair) << uint32(8))
            there |= means[j]
        upper[:], lower[:] = 0, 0
        if there and from_y <= top + i < to_y:
            row = pixels[top + i]
            for j in range(max(0, from_x - left), min(width, to_x - left)):
                at = np.uintp(left + j)
                row[at] = over(row[at], means[j], uint32(255) - (means[j] >> uint32(24)))


@kept(nogil=True)
def to_yuv(pixels, luma, blue, red):
    """RGBA pixels, red lowest, as BT.709 YUV 4:2:0 in limited range; a chroma sample is the mean of its four pixels.

    Weights in 1/65536: 219 (luma) and 224 / 2 (chroma) steps times the standard's.
    """
    one, byte, pair = uint32(8), uint32(255), uint32(0xFF00FF)
    for i in range(luma.shape[0]):
        for j in range(luma.shape[1]):
            p = pixels[i, j]
            luma[i, j] = (
                uint32(11966) * (p & byte)
                + uint32(40254) * ((p >> one) & byte)
                + uint32(4064) * ((p >> uint32(16)) & byte)
                + uint32((16 << 16) + (1 << 15))
            ) >> uint32(16)
    for i in range(blue.shape[0]):
        for j in range(blue.shape[1]):
            a, b = pixels[2 * i, 2 * j], pixels[2 * i, 2 * j + 1]
            c, d = pixels[2 * i + 1, 2 * j], pixels[2 * i + 1, 2 * j + 1]
            both = (a & pair) + (b & pair) + (c & pair) + (d & pair)
            r, z = np.int32(both & uint32(0xFFFF)), np.int32(both >> uint32(16))
            g = np.int32(((a >> one) & byte) + ((b >> one) & byte) + ((c >> one) & byte) + ((d >> one) & byte))
            middle = np.int32((128 << 18) + (1 << 17))
            blue[i, j] = (-6596 * r - 22189 * g + 28785 * z + middle) >> 18
            red[i, j] = (28785 * r - 26145 * g - 2640 * z + middle) >> 18


@kept(nogil=True)
def fade(pixels, clip, layer, alpha):
    """Paint a layer (height, width) over the clip, `alpha` / 255 opaque, as cairo does, and leave it transparent."""
    left, top = clip[0], clip[1]
    for i in range(layer.shape[0]):
        row, paint = pixels[np.uintp(top + i)], layer[np.uintp(i)]
        for begin in range(0, len(paint), 64):
            end, there = min(begin + 64, len(paint)), uint32(0)
            for j in range(begin, end):
                there |= paint[np.uintp(j)]
            if there:
                for j in range(begin, end):
                    part, at = over(paint[np.uintp(j)], uint32(0), alpha), np.uintp(left + j)
                    row[at] = over(row[at], part, uint32(255) - (part >> uint32(24)))
                    paint[np.uintp(j)] = uint32(0)
