// Where a plane lies in a panel.

/**
 * @typedef {{x: number, y: number, k: number}} Zoom the centre, in halves of the view, and how many times as large
 * @typedef {{origin: [number, number], scale: number}} Place pixel of the data's origin, from the bottom left; pixels a unit
 */

/**
 * @param {import("./run.js").Run} run
 * @param {"input" | "embedding"} plane
 * @param {{width: number, height: number}} size in the pixels that are wanted
 * @param {Zoom} zoom
 * @returns {Place}
 */
export function placeIn(run, plane, { width, height }, zoom) {
  const { half, across = 1, centre = [0, 0] } = plane === "input" ? run.about.input : run.about.view;
  const room = Math.min(height, width / across) / 2;
  const scale = (zoom.k * room) / half;
  const [x, y] = [width / 2 - zoom.k * zoom.x * room - scale * centre[0], height / 2 - zoom.k * zoom.y * room - scale * centre[1]];
  return { origin: [x, y], scale };
}

/**
 * @param {Place} place
 * @param {ArrayLike<number>} data
 * @returns {[number, number]}
 */
export function pixelOf({ origin, scale }, data) {
  return [origin[0] + scale * data[0], origin[1] + scale * data[1]];
}

/**
 * @param {Place} place
 * @param {ArrayLike<number>} pixel
 * @returns {[number, number]}
 */
export function dataAt({ origin, scale }, pixel) {
  return [(pixel[0] - origin[0]) / scale, (pixel[1] - origin[1]) / scale];
}

/**
 * A round distance (1, 2 or 5 times a power of ten) that fits about four times into `half`.
 * @param {number} half
 */
export function tickStep(half) {
  const rough = half / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const off = (/** @type {number} */ m) => Math.abs(Math.log((m * power) / rough));
  return power * [1, 2, 5, 10].reduce((best, m) => (off(m) < off(best) ? m : best));
}

/**
 * Radius in pixels of 1080: engine's pictures have the same.
 * @param {number} count
 */
export function pointRadius(count) {
  return Math.min(Math.max(5.5 * (5000 / Math.max(count, 1)) ** 0.25, 3.2), 12);
}
