// A run's network at any epoch, computed here from the weights in the page.
import { weightsBetween } from "./between.js";
import { KINDS } from "./kinds.js";

/**
 * @typedef {{kind: string, rows: number, columns: number, at: number, numbers: number[], kinks: number[] | null}} Layer
 * A layer: a linear one's weight (rows × columns), then its bias, begin at `at` of the flat weights.
 */

/**
 * @param {any} about
 * @param {(entry: any) => Float64Array} array
 */
export class Network {
  /**
   * @param {any} about a run, as engine/page/pack.py packs it
   * @param {(entry: import("./decode.js").Entry) => Float64Array} array
   */
  constructor(about, array) {
    this.epochs = about.epochs;
    /** @type {Layer[]} */
    this.layers = [];
    /** @type {[Float64Array, number, number][]} stacked arrays, numbers a snapshot, where they go */
    const stacks = [];
    let size = 0;
    const take = (/** @type {any} */ entry) => {
      const stacked = array(entry);
      stacks.push([stacked, stacked.length / this.epochs.length, size]);
      size += stacked.length / this.epochs.length;
    };
    for (const { kind, weight, bias, numbers = [], kinks = null } of about.layers) {
      const [rows, columns] = kind === "linear" ? weight.shape.slice(1) : [0, 0];
      this.layers.push({ kind, rows, columns, at: size, numbers, kinks });
      if (kind === "linear") [weight, bias].forEach(take);
    }
    this.shadowAt = size;
    [about.shadow.weight, about.shadow.bias].forEach(take);
    this.classes = about.shadow.bias.shape[1];
    this.inputs = this.layers[0].columns;
    this.width = this.layers[this.layers.length - 1].columns;
    /** @type {number[][]} (d, 2), the plane of the embedding that is shown */
    this.axes = about.axes;
    this.size = size;
    /** @type {number[][] | null} the head, once it was asked for */
    this.headed = null;
    /** Weights at the epoch that was last asked for. */
    this.flat = new Float32Array(size);
    this.stacked = new Float32Array(size * this.epochs.length);
    for (const [stacked, count, to] of stacks) {
      for (let t = 0; t < this.epochs.length; t++) {
        this.stacked.set(stacked.subarray(t * count, (t + 1) * count), t * size + to);
      }
    }
  }

  /**
   * Take the weights of an epoch.
   * @param {number} epoch
   */
  goTo(epoch) {
    mixInto(this.flat, this.stacked, weightsBetween(this.epochs, epoch));
    this.headed = null;
  }

  /**
   * All that a point becomes: its embedding, where that is in the plane, its scores.
   * @param {ArrayLike<number>} x
   */
  forward(x) {
    const e = this.layers.slice(0, -1).reduce((value, layer) => this.apply(layer, value), Array.from(x));
    return { e, place: this.placeOf(e), scores: this.apply(this.layers[this.layers.length - 1], e) };
  }

  /**
   * @param {Layer} layer
   * @param {number[]} x
   * @returns {number[]}
   */
  apply({ kind, rows, columns, at, numbers }, x) {
    if (kind !== "linear") return x.map((value) => KINDS[kind](value, ...numbers));
    const out = new Array(rows);
    for (let row = 0; row < rows; row++) {
      let sum = this.flat[at + rows * columns + row];
      for (let column = 0; column < columns; column++) sum += this.flat[at + row * columns + column] * x[column];
      out[row] = sum;
    }
    return out;
  }

  /**
   * @param {number[]} e
   * @returns {[number, number]}
   */
  placeOf(e) {
    const along = (/** @type {number} */ k) => e.reduce((sum, value, i) => sum + value * this.axes[i][k], 0);
    return [along(0), along(1)];
  }

  /** The classifier as it is in the plane: for each class two weights and a bias, score = w · place + b. */
  head() {
    const { flat, shadowAt, classes } = this;
    this.headed ??= Array.from({ length: classes }, (_, k) => [
      flat[shadowAt + 2 * k],
      flat[shadowAt + 2 * k + 1],
      flat[shadowAt + 2 * classes + k],
    ]);
    return this.headed;
  }

  /**
   * Scores of a place in the plane.
   * @param {ArrayLike<number>} place
   */
  scoresAt(place) {
    return this.head().map(([u, v, bias]) => u * place[0] + v * place[1] + bias);
  }
}

/**
 * A mix of stacked rows.
 * @param {Float32Array} out
 * @param {Float32Array} stacked
 * @param {import("./between.js").Mix} mix
 */
export function mixInto(out, stacked, mix) {
  const size = out.length;
  const [[first, share], ...others] = mix;
  for (let i = 0, from = first * size; i < size; i++) out[i] = share * stacked[from + i];
  for (const [k, more] of others) for (let i = 0, from = k * size; i < size; i++) out[i] += more * stacked[from + i];
}

/**
 * Of equal scores the first decides, as everywhere.
 * @param {ArrayLike<number>} scores
 */
export function answerOf(scores) {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k] > scores[best]) best = k;
  return best;
}

/**
 * Probabilities of scores.
 * @param {number[]} scores
 */
export function softargmax(scores) {
  const highest = Math.max(...scores);
  const shares = scores.map((score) => Math.exp(score - highest));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}
