// Argmax regions of an affine classifier as exact polygons: engine/network/regions.py makes the same.

/** @typedef {[number, number]} Point */

/**
 * Where in a rectangle each class has the highest score: a convex polygon a class, empty where nowhere.
 * @param {number[][]} head for each class two weights and a bias
 * @param {Point} low left and bottom
 * @param {Point} high right and top
 * @returns {Point[][]}
 */
export function argmaxRegions(head, [left, bottom], [right, top]) {
  /** @type {Point[]} */
  const rectangle = [[left, bottom], [right, bottom], [right, top], [left, top]];
  return head.map(([u, v, bias], k) => {
    let polygon = rectangle;
    for (let j = 0; j < head.length && polygon.length; j++) {
      const [x, y, c] = [u - head[j][0], v - head[j][1], bias - head[j][2]];
      polygon = j < k && x === 0 && y === 0 && c === 0 ? [] : cut(polygon, x, y, c);
    }
    return polygon;
  });
}

/**
 * The part of a convex polygon where nx x + ny y + c ≥ 0.
 * @param {Point[]} polygon
 * @param {number} nx
 * @param {number} ny
 * @param {number} c
 */
function cut(polygon, nx, ny, c) {
  const heights = polygon.map(([x, y]) => nx * x + ny * y + c);
  if (heights.every((height) => height >= 0)) return polygon;
  /** @type {Point[]} */
  const kept = [];
  polygon.forEach(([x, y], i) => {
    const before = (i + polygon.length - 1) % polygon.length;
    if (heights[before] * heights[i] < 0) {
      const s = heights[before] / (heights[before] - heights[i]);
      const [px, py] = polygon[before];
      kept.push([(1 - s) * px + s * x, (1 - s) * py + s * y]);
    }
    if (heights[i] >= 0) kept.push([x, y]);
  });
  return kept.length > 2 ? kept : [];
}
