// A run whose points were recorded: where they are at any epoch.
import { placeOf, weightsBetween } from "./between.js";
import { mixInto } from "./network.js";

export class Recorded {
  /**
   * @param {any} about a run, as engine/page/recorded.py packs it
   * @param {(entry: import("./decode.js").Entry) => Float64Array} array
   */
  constructor(about, array) {
    this.epochs = about.epochs;
    const stacked = (/** @type {import("./decode.js").Entry | null} */ entry) => new Float32Array(entry ? array(entry) : []);
    const count = this.epochs.length;
    this.stacks = [about.places, about.lines, about.shadow?.weight, about.shadow?.bias].map((entry) => {
      const all = stacked(entry ?? null);
      return { all, now: new Float32Array(all.length / count) };
    });
    this.answers = stacked(about.answers ?? null);
    this.count = about.places.shape[1];
    /** Lines, and vertices of each. */
    this.lined = about.lines ? about.lines.shape.slice(1, 3) : [0, 0];
    this.classes = about.shadow ? about.shadow.bias.shape[1] : 0;
    this.inputs = 0;
    this.snapshot = 0;
  }

  /** @param {number} epoch */
  goTo(epoch) {
    const mix = weightsBetween(this.epochs, epoch);
    for (const { all, now } of this.stacks) if (now.length) mixInto(now, all, mix);
    this.snapshot = placeOf(this.epochs, epoch);
  }

  /** @param {number} i */
  place(i) {
    const { now } = this.stacks[0];
    return /** @type {[number, number]} */ ([now[2 * i], now[2 * i + 1]]);
  }

  /** The grid's images, evenly sampled. */
  lines() {
    const [lines, samples] = this.lined;
    const shares = Array.from({ length: samples }, (_, k) => k / (samples - 1));
    return Array.from({ length: lines }, (_, k) => ({ shares, places: Array.from(this.stacks[1].now.subarray(2 * samples * k, 2 * samples * (k + 1))) }));
  }

  head() {
    const [weight, bias] = [this.stacks[2].now, this.stacks[3].now];
    return Array.from(bias, (b, k) => [weight[2 * k], weight[2 * k + 1], b]);
  }

  /** @param {ArrayLike<number>} place */
  scoresAt(place) {
    return this.head().map(([u, v, bias]) => u * place[0] + v * place[1] + bias);
  }
}
