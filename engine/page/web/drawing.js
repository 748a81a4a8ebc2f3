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

/** Lines one after the other: places of their vertices and their kinds. */
export class Lines {
  constructor() {
    /** @type {{kind: number, places: number[]}[]} */
    this.all = [];
  }

  /**
   * @param {number} kind
   * @param {number[]} places x, y, x, y …
   */
  add(kind, places) {
    this.all.push({ kind, places });
  }

  /**
   * All of them as one strip of triangles: x, y, how far from the middle, kind. Lines are joined by triangles without
   * area; at a bend both pieces share their corners.
   * @param {number[]} widths of each kind
   */
  strip(widths) {
    const strip = new Float32Array(8 * this.all.reduce((sum, { places }) => sum + places.length / 2 + 1, 0));
    let at = 0;
    const put = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ away, /** @type {number} */ kind) => {
      strip[at] = x;
      strip[at + 1] = y;
      strip[at + 2] = away;
      strip[at + 3] = kind;
      at += 4;
    };
    for (const { kind, places } of this.all) {
      const reach = widths[kind] / 2 + 0.5;
      const last = places.length - 2;
      let [nx, ny] = [0, 0];
      for (let i = 0; i <= last; i += 2) {
        const [x, y] = [places[i], places[i + 1]];
        let [mx, my] = [nx, ny];
        if (i < last) {
          const [dx, dy] = [places[i + 2] - x, places[i + 3] - y];
          const length = Math.sqrt(dx * dx + dy * dy);
          if (length > 1e-6) [nx, ny] = [-dy / length, dx / length];
          [mx, my] = i ? [mx + nx, my + ny] : [nx, ny];
        }
        // half the sum of both normals, as long as it must be, but not longer than twice
        const square = mx * mx + my * my;
        const long = i && i < last ? Math.min(2 / Math.max(square, 1e-6), 2) : 1;
        [mx, my] = [mx * long * reach, my * long * reach];
        if (i === 0 && at) put(x + mx, y + my, reach, kind);
        put(x + mx, y + my, reach, kind);
        put(x - mx, y - my, -reach, kind);
        if (i === last) put(x - mx, y - my, -reach, kind);
      }
    }
    return strip.subarray(0, at);
  }
}

/**
 * Edges of regions, axes with ticks, and the grid.
 * @param {import("./panel.js").Panel} panel
 * @param {Size} size
 * @param {number} unit
 * @param {[number, number][][]} regions
 * @param {boolean} grid
 */
export function linesIn(panel, size, unit, regions, grid) {
  const lines = new Lines();
  const known = new Set();
  for (const polygon of regions) {
    polygon.forEach(([x, y], i) => {
      const [px, py] = polygon[(i + polygon.length - 1) % polygon.length];
      const middle = `${Math.round((x + px) / 2)} ${Math.round((y + py) / 2)}`;
      if (!known.has(middle)) lines.add(EDGE, [px, py, x, y]); // neighbours share it
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
    lines.add(AXIS, [0, y, size.width, y]);
    for (const k of between(-x / step, (size.width - x) / step)) if (k) lines.add(AXIS, [x + k * step, y - tick, x + k * step, y + tick]);
  }
  if (x > -tick && x < size.width + tick) {
    lines.add(AXIS, [x, 0, x, size.height]);
    for (const k of between(-y / step, (size.height - y) / step)) if (k) lines.add(AXIS, [x - tick, y + k * step, x + tick, y + k * step]);
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
  const images = t > 0 ? run.lines() : run.about.segments.map(() => ({ shares: [0, 1], places: [0, 0, 0, 0] }));
  images.forEach((/** @type {import("./lines.js").Polyline} */ image, /** @type {number} */ line) => {
    const places = image.places.map((value, i) => t * ((i % 2 ? y : x) + embedding.scale * value));
    if (input) {
      const [[x0, y0], [x1, y1]] = run.about.segments[line];
      image.shares.forEach((s, i) => {
        places[2 * i] += (1 - t) * (input.origin[0] + input.scale * ((1 - s) * x0 + s * x1));
        places[2 * i + 1] += (1 - t) * (input.origin[1] + input.scale * ((1 - s) * y0 + s * y1));
      });
    }
    lines.add(run.about.bright.includes(line) ? BRIGHT : GRID, places);
  });
}
