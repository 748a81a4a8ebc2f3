// What is drawn of a panel, as plain shapes in its pixels from the bottom left: for both painters.
import { placeIn, tickStep } from "./place.js";
import { argmaxRegions } from "./regions.js";

/** Kinds of lines, in the order of their widths and opacities. */
export const GRID = 0, BRIGHT = 1, AXIS = 2, EDGE = 3;

/** How wide they are, in 1/1080 of the panel, and how opaque. */
export const STYLES = [[1.4, 0.34], [2.6, 0.75], [1.5, 0.55], [2, 0.3]];

/** Pixels by which regions go beyond the panel, so that its border is no edge. */
const BEYOND = 20;

/** @typedef {{width: number, height: number}} Size */

/**
 * The regions of the embedding's plane as polygons in pixels.
 * @param {import("./panel.js").Panel} panel
 * @param {Size} size
 */
export function regionsIn(panel, size) {
  const { origin, scale } = placeIn(panel.run, "embedding", size, panel.zoom);
  const [x, y] = origin;
  const corner = (/** @type {number} */ px, /** @type {number} */ py) => /** @type {[number, number]} */ ([(px - x) / scale, (py - y) / scale]);
  const polygons = argmaxRegions(panel.run.network.head(), corner(-BEYOND, -BEYOND), corner(size.width + BEYOND, size.height + BEYOND));
  return polygons.map((polygon) => polygon.map(([a, b]) => /** @type {[number, number]} */ ([x + scale * a, y + scale * b])));
}

/** Lines one after the other: places of their vertices and their kinds. Their room is kept from frame to frame. */
export class Lines {
  constructor() {
    /** x, y, x, y … of all lines. */
    this.places = new Float64Array(4096);
    this.count = 0;
    /** @type {{kind: number, end: number}[]} */
    this.all = [];
    this.room = new Float32Array(0);
  }

  clear() {
    this.count = this.all.length = 0;
  }

  /** @param {number} x @param {number} y the next vertex of the line that is added next */
  put(x, y) {
    if (this.count + 2 > this.places.length) {
      const more = new Float64Array(2 * this.places.length);
      more.set(this.places);
      this.places = more;
    }
    this.places[this.count++] = x;
    this.places[this.count++] = y;
  }

  /** @param {number} kind of the line whose vertices were put */
  end(kind) {
    this.all.push({ kind, end: this.count });
  }

  /**
   * A straight line.
   * @param {number} kind
   * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
   */
  add(kind, x0, y0, x1, y1) {
    this.put(x0, y0);
    this.put(x1, y1);
    this.end(kind);
  }

  /**
   * All of them as one strip of triangles: x, y, how far from the middle, kind. Lines are joined by triangles without
   * area; at a bend both pieces share their corners.
   * @param {number[]} widths of each kind
   */
  strip(widths) {
    const most = 4 * (this.count + 2 * this.all.length);
    if (this.room.length < most) this.room = new Float32Array(2 * most);
    const { room: strip, places } = this;
    let [at, first] = [0, 0];
    const put = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ away, /** @type {number} */ kind) => {
      strip[at] = x;
      strip[at + 1] = y;
      strip[at + 2] = away;
      strip[at + 3] = kind;
      at += 4;
    };
    for (const { kind, end } of this.all) {
      const reach = widths[kind] / 2 + 0.5;
      const last = end - 2;
      let nx = 0;
      let ny = 0;
      for (let i = first; i <= last; i += 2) {
        const x = places[i];
        const y = places[i + 1];
        let mx = nx;
        let my = ny;
        if (i < last) {
          const dx = places[i + 2] - x;
          const dy = places[i + 3] - y;
          const length = Math.sqrt(dx * dx + dy * dy);
          if (length > 1e-6) {
            nx = -dy / length;
            ny = dx / length;
          }
          mx = i > first ? mx + nx : nx;
          my = i > first ? my + ny : ny;
        }
        // half the sum of both normals, as long as it must be, but not longer than twice
        const long = (i > first && i < last ? Math.min(2 / Math.max(mx * mx + my * my, 1e-6), 2) : 1) * reach;
        mx *= long;
        my *= long;
        if (i === first && at) put(x + mx, y + my, reach, kind);
        put(x + mx, y + my, reach, kind);
        put(x - mx, y - my, -reach, kind);
        if (i === last) put(x - mx, y - my, -reach, kind);
      }
      first = end;
    }
    return strip.subarray(0, at);
  }
}

/**
 * Edges of regions, axes with ticks, and the grid, in the place of what `lines` held.
 * @param {Lines} lines
 * @param {import("./panel.js").Panel} panel
 * @param {Size} size
 * @param {number} unit
 * @param {[number, number][][]} regions
 * @param {boolean} grid
 */
export function linesIn(lines, panel, size, unit, regions, grid) {
  lines.clear();
  const known = new Set();
  for (const polygon of regions) {
    polygon.forEach(([x, y], i) => {
      const [px, py] = polygon[(i + polygon.length - 1) % polygon.length];
      const middle = `${Math.round((x + px) / 2)} ${Math.round((y + py) / 2)}`;
      if (!known.has(middle)) lines.add(EDGE, px, py, x, y); // neighbours share it
      known.add(middle);
    });
  }
  addAxes(lines, panel, size, unit);
  if (grid) addGrid(lines, panel, size);
  return lines;
}

/**
 * @param {Lines} lines
 * @param {import("./panel.js").Panel} panel
 * @param {Size} size
 * @param {number} unit
 */
function addAxes(lines, panel, size, unit) {
  const { origin: [x, y], scale } = placeIn(panel.run, panel.morph() > 0 ? "embedding" : "input", size, panel.zoom);
  const step = tickStep(panel.half() / panel.zoom.k) * scale;
  const tick = 7 * unit;
  const between = (/** @type {number} */ low, /** @type {number} */ high) => Array.from({ length: Math.max(0, Math.floor(high) - Math.ceil(low) + 1) }, (_, k) => Math.ceil(low) + k);
  if (y > -tick && y < size.height + tick) {
    lines.add(AXIS, 0, y, size.width, y);
    for (const k of between(-x / step, (size.width - x) / step)) if (k) lines.add(AXIS, x + k * step, y - tick, x + k * step, y + tick);
  }
  if (x > -tick && x < size.width + tick) {
    lines.add(AXIS, x, 0, x, size.height);
    for (const k of between(-y / step, (size.height - y) / step)) if (k) lines.add(AXIS, x - tick, y + k * step, x + tick, y + k * step);
  }
}

/**
 * @param {Lines} lines
 * @param {import("./panel.js").Panel} panel
 * @param {Size} size
 */
function addGrid(lines, panel, size) {
  const { run, zoom } = panel;
  const t = panel.morph();
  const input = run.planar && t < 1 ? placeIn(run, "input", size, zoom) : null;
  const embedding = placeIn(run, "embedding", size, zoom);
  const [x, y] = embedding.origin;
  const images = t > 0 ? run.lines() : null;
  const straight = { shares: [0, 1], places: [0, 0, 0, 0] };
  const [count, own] = [images ? images.length : run.about.segments.length, t * embedding.scale];
  for (let line = 0; line < count; line++) {
    const { shares, places } = images ? images[line] : straight;
    const [[x0, y0], [x1, y1]] = input ? run.about.segments[line] : [[0, 0], [0, 0]];
    const [left, bottom] = input ? input.origin : [0, 0];
    const scale = input ? input.scale : 0;
    for (let i = 0; i < shares.length; i++) {
      const s = shares[i];
      lines.put(
        t * x + own * places[2 * i] + (1 - t) * (left + scale * ((1 - s) * x0 + s * x1)),
        t * y + own * places[2 * i + 1] + (1 - t) * (bottom + scale * ((1 - s) * y0 + s * y1)),
      );
    }
    lines.end(run.bright[line] ? BRIGHT : GRID);
  }
}
