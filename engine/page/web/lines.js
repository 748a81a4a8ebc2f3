// Images of the input plane's grid, with a vertex at each bend: engine/network/lines.py says why they are exact.
import { KINDS } from "./kinds.js";

/** @typedef {{shares: number[], places: number[]}} Polyline shares of the way along a segment; x and y of each vertex */

/** Pieces that a curved line is drawn in. */
const PIECES = 96;

/**
 * The image of a segment in the plane that is shown.
 * @param {import("./network.js").Network} network
 * @param {number[][]} segment its two ends
 * @returns {Polyline}
 */
export function imageOf(network, segment) {
  const layers = network.layers.slice(0, -1);
  if (isShallow(layers)) return shallow(network, layers, segment);
  const kinked = layers.every(({ kind, kinks }) => kind === "linear" || kinks !== null);
  const shares = kinked ? [0, 1] : Array.from({ length: PIECES + 1 }, (_, k) => k / PIECES);
  return deep(network, layers, shares, segment);
}

/** @param {import("./network.js").Layer[]} layers */
function isShallow(layers) {
  const [first, bend, second] = layers;
  return layers.length === 3 && first.kind === "linear" && second.kind === "linear" && bend.kinks?.length === 1;
}

/**
 * One hidden layer: where unit u crosses its kink the slope changes by |dz_u| W_u times its bend. Adding up bends is
 * many times faster than sending every vertex through the network.
 * @param {import("./network.js").Network} network
 * @param {import("./network.js").Layer[]} layers
 * @param {number[][]} segment
 * @returns {Polyline}
 */
function shallow({ flat, axes }, [first, bend, second], [from, to]) {
  const kink = /** @type {number[]} */ (bend.kinks)[0];
  const f = (/** @type {number} */ z) => KINDS[bend.kind](z, ...bend.numbers);
  const below = f(kink - 1) - f(kink - 2);
  const above = f(kink + 2) - f(kink + 1);
  const [way0, way1] = [to[0] - from[0], to[1] - from[1]];
  const width = second.rows;
  let [x, y, dx, dy] = [0, 0, 0, 0];
  for (let row = 0; row < width; row++) {
    const bias = flat[second.at + width * second.columns + row];
    x += bias * axes[row][0];
    y += bias * axes[row][1];
  }
  const bends = [];
  for (let unit = 0; unit < first.rows; unit++) {
    const at = first.at + 2 * unit;
    const [w0, w1] = [flat[at], flat[at + 1]];
    const z = w0 * from[0] + w1 * from[1] + flat[first.at + 2 * first.rows + unit];
    const dz = w0 * way0 + w1 * way1;
    let [u, v] = [0, 0];
    for (let row = 0; row < width; row++) {
      const weight = flat[second.at + row * second.columns + unit];
      u += weight * axes[row][0];
      v += weight * axes[row][1];
    }
    const h = f(z);
    const slope = (z > kink || (z === kink && dz > 0) ? above : below) * dz;
    x += u * h;
    y += v * h;
    dx += u * slope;
    dy += v * slope;
    const share = (kink - z) / dz;
    const turn = (above - below) * Math.abs(dz);
    if (share > 0 && share < 1) bends.push([share, u * turn, v * turn]);
  }
  bends.sort((a, b) => a[0] - b[0]);
  const shares = [0];
  const places = [x, y];
  let now = 0;
  for (const [share, u, v] of bends) {
    x += (share - now) * dx;
    y += (share - now) * dy;
    dx += u;
    dy += v;
    now = share;
    shares.push(share);
    places.push(x, y);
  }
  shares.push(1);
  places.push(x + (1 - now) * dx, y + (1 - now) * dy);
  return { shares, places };
}

/**
 * Layer by layer: between two vertices all is straight until an activation's input crosses one of its kinks.
 * @param {import("./network.js").Network} network
 * @param {import("./network.js").Layer[]} layers
 * @param {number[]} shares
 * @param {number[][]} segment
 * @returns {Polyline}
 */
function deep(network, layers, shares, [from, to]) {
  let values = shares.map((s) => from.map((begin, i) => (1 - s) * begin + s * to[i]));
  for (const layer of layers) {
    if (layer.kind !== "linear" && layer.kinks?.length) [shares, values] = withCrossings(shares, values, layer.kinks);
    values = values.map((value) => network.apply(layer, value));
  }
  return { shares, places: values.flatMap((e) => network.placeOf(e)) };
}

/**
 * @param {number[]} shares
 * @param {number[][]} values
 * @param {number[]} kinks
 * @returns {[number[], number[][]]}
 */
function withCrossings(shares, values, kinks) {
  const [allShares, allValues] = [[shares[0]], [values[0]]];
  for (let i = 1; i < shares.length; i++) {
    const [a, b] = [values[i - 1], values[i]];
    const found = [];
    for (let unit = 0; unit < a.length; unit++) {
      for (const kink of kinks) if ((a[unit] - kink) * (b[unit] - kink) < 0) found.push((kink - a[unit]) / (b[unit] - a[unit]));
    }
    for (const s of found.sort((p, q) => p - q)) {
      allShares.push((1 - s) * shares[i - 1] + s * shares[i]);
      allValues.push(a.map((value, unit) => (1 - s) * value + s * b[unit]));
    }
    allShares.push(shares[i]);
    allValues.push(b);
  }
  return [allShares, allValues];
}
