// Which snapshots to add up between two of them: engine/runs/between.py says the same.

/** @typedef {[number, number][]} Mix snapshots and their shares */

/**
 * One snapshot where it is one's epoch; two on a straight line if they are an epoch apart; else up to four, on a cubic.
 * @param {number[]} epochs
 * @param {number} epoch
 * @returns {Mix}
 */
export function weightsBetween(epochs, epoch) {
  const i = placeOf(epochs, epoch);
  if (epochs[i] === epoch || i === epochs.length - 1) return [[i, 1]];
  const width = epochs[i + 1] - epochs[i];
  const s = (epoch - epochs[i]) / width;
  if (width <= 1 || epochs.length === 2) return [[i, 1 - s], [i + 1, s]];
  const shares = new Map([[i, (1 + 2 * s) * (1 - s) ** 2], [i + 1, s * s * (3 - 2 * s)]]);
  for (const [k, share] of [[i, s * (1 - s) ** 2 * width], [i + 1, -s * s * (1 - s) * width]]) {
    for (const [j, slope] of slopeAt(epochs, k)) shares.set(j, (shares.get(j) ?? 0) + share * slope);
  }
  return [...shares];
}

/**
 * The last of `values` that is not above `value`; the first if all are.
 * @param {ArrayLike<number>} values increasing
 * @param {number} value
 */
export function placeOf(values, value) {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Derivative at snapshot k of the parabola through it and its neighbours, as shares of their values.
 * @param {number[]} epochs
 * @param {number} k
 * @returns {Mix}
 */
function slopeAt(epochs, k) {
  const i = Math.min(Math.max(k - 1, 0), epochs.length - 3);
  const [a, b, c] = epochs.slice(i, i + 3);
  const t = epochs[k];
  return [
    [i, (2 * t - b - c) / ((a - b) * (a - c))],
    [i + 1, (2 * t - a - c) / ((b - a) * (b - c))],
    [i + 2, (2 * t - a - b) / ((c - a) * (c - b))],
  ];
}
