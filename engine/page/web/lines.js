// Images of the input plane's grid, with a vertex at each bend: engine/network/lines.py says why they are exact.
import { KINDS } from "./kinds.js";

/** @typedef {{shares: ArrayLike<number>, places: ArrayLike<number>}} Polyline shares of the way along a segment; x and y of each vertex */

/** Pieces that a curved line is drawn in. */
const PIECES = 96;

/**
 * The images of segments in the plane that is shown.
 * @param {import("./network.js").Network} network
 * @param {number[][][]} segments the two ends of each
 * @returns {Polyline[]}
 */
export function imagesOf(network, segments) {
  const layers = network.layers.slice(0, -1);
  if (isShallow(layers)) return shallow(network, layers, segments);
  const kinked = layers.every(({ kind, kinks }) => kind === "linear" || kinks !== null);
  const shares = kinked ? [0, 1] : Array.from({ length: PIECES + 1 }, (_, k) => k / PIECES);
  return segments.map((segment) => deep(network, layers, shares, segment));
}

/** @param {import("./network.js").Layer[]} layers */
function isShallow(layers) {
  const [first, bend, second] = layers;
  return layers.length === 3 && first.kind === "linear" && second.kind === "linear" && bend.kinks?.length === 1;
}

/** @type {WeakMap<import("./network.js").Network, ReturnType<typeof roomFor>>} kept from frame to frame */
const ROOM = new WeakMap();

/** @param {number} units @param {number} lines */
function roomFor(units, lines) {
  const most = lines * (units + 2);
  const order = Uint16Array.from({ length: units }, (_, unit) => unit);
  return { share: new Float64Array(units), turn: new Float64Array(units), order, shares: new Float64Array(most), places: new Float64Array(2 * most) };
}

/**
 * One hidden layer: where unit u crosses its kink the slope changes by |dz_u| W_u times its bend. Adding up bends is
 * many times faster than sending every vertex through the network. Units stay in the order in which the last line met
 * their kinks: the next line meets them in nearly the same.
 * @param {import("./network.js").Network} network
 * @param {import("./network.js").Layer[]} layers
 * @param {number[][][]} segments
 * @returns {Polyline[]}
 */
function shallow(network, [first, bend, second], segments) {
  const { flat } = network;
  const units = first.rows;
  const kink = /** @type {number[]} */ (bend.kinks)[0];
  const f = (/** @type {number} */ z) => KINDS[bend.kind](z, ...bend.numbers);
  const [atKink, below, above] = [f(kink), f(kink - 1) - f(kink - 2), f(kink + 2) - f(kink + 1)];
  const [us, vs] = outgoing(network, second);
  const room = ROOM.get(network) ?? roomFor(units, segments.length);
  ROOM.set(network, room);
  const { share, turn, order, shares, places } = room;
  let at = 0;
  return segments.map(([from, to]) => {
    const begin = at;
    const [way0, way1] = [to[0] - from[0], to[1] - from[1]];
    let x = us[units];
    let y = vs[units];
    let [dx, dy] = [0, 0];
    for (let unit = 0, w = first.at; unit < units; unit++, w += 2) {
      const past = flat[w] * from[0] + flat[w + 1] * from[1] + flat[first.at + 2 * units + unit] - kink;
      const dz = flat[w] * way0 + flat[w + 1] * way1;
      const h = atKink + (past > 0 ? above : below) * past;
      const slope = (past > 0 || (past === 0 && dz > 0) ? above : below) * dz;
      x += us[unit] * h;
      y += vs[unit] * h;
      dx += us[unit] * slope;
      dy += vs[unit] * slope;
      share[unit] = dz === 0 ? 2 : -past / dz;
      turn[unit] = (above - below) * Math.abs(dz);
    }
    sort(order, share);
    shares[at] = 0;
    places[2 * at] = x;
    places[2 * at++ + 1] = y;
    let now = 0;
    for (let k = 0; k < units; k++) {
      const unit = order[k];
      const s = share[unit];
      if (s <= 0) continue;
      if (s >= 1) break;
      x += (s - now) * dx;
      y += (s - now) * dy;
      dx += us[unit] * turn[unit];
      dy += vs[unit] * turn[unit];
      shares[at] = now = s;
      places[2 * at] = x;
      places[2 * at++ + 1] = y;
    }
    shares[at] = 1;
    places[2 * at] = x + (1 - now) * dx;
    places[2 * at++ + 1] = y + (1 - now) * dy;
    return { shares: shares.subarray(begin, at), places: places.subarray(2 * begin, 2 * at) };
  });
}

/**
 * What each hidden unit adds to either coordinate of the plane that is shown; last the biases.
 * @param {import("./network.js").Network} network
 * @param {import("./network.js").Layer} layer
 */
function outgoing({ flat, axes }, { rows, columns, at }) {
  return [0, 1].map((side) => {
    const sums = new Float64Array(columns + 1);
    for (let row = 0; row < rows; row++) {
      const along = axes[row][side];
      for (let unit = 0; unit < columns; unit++) sums[unit] += flat[at + row * columns + unit] * along;
      sums[columns] += flat[at + rows * columns + row] * along;
    }
    return sums;
  });
}

/**
 * Sort what is nearly sorted.
 * @param {Uint16Array} order
 * @param {Float64Array} by
 */
function sort(order, by) {
  for (let k = 1; k < order.length; k++) {
    const unit = order[k];
    const value = by[unit];
    let to = k;
    for (; to > 0 && by[order[to - 1]] > value; to--) order[to] = order[to - 1];
    order[to] = unit;
  }
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
