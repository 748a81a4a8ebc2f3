// A run at the epoch that is shown: its network, its grid, what is read off.
import { placeOf } from "./between.js";
import { imageOf } from "./lines.js";
import { Network, answerOf } from "./network.js";

/** @typedef {{x: ArrayLike<number> | null, place: [number, number], scores: number[], answer: number}} Probed */

export class Run {
  /**
   * @param {any} about
   * @param {(entry: import("./decode.js").Entry) => Float64Array} array
   */
  constructor(about, array) {
    this.about = about;
    this.name = about.name;
    this.network = new Network(about, array);
    this.labels = array(about.labels);
    this.count = this.labels.length;
    this.x = array(about.x);
    this.first = about.epochs[0];
    this.last = about.epochs[about.epochs.length - 1];
    this.planar = about.input !== null;
    this.epoch = NaN;
    /** @type {import("./lines.js").Polyline[]} */
    this.grid = [];
  }

  /**
   * Show an epoch; one outside the run is the nearest in it.
   * @param {number} epoch
   */
  goTo(epoch) {
    const within = Math.min(Math.max(epoch, this.first), this.last);
    if (within === this.epoch) return;
    this.epoch = within;
    this.network.goTo(within);
    this.grid = [];
  }

  /** Images of the grid's lines at this epoch. */
  lines() {
    if (!this.grid.length) this.grid = this.about.segments.map((/** @type {number[][]} */ s) => imageOf(this.network, s));
    return this.grid;
  }

  /** @param {number} i */
  sample(i) {
    return this.x.subarray(i * this.network.inputs, (i + 1) * this.network.inputs);
  }

  /** Where every point is in the plane, and its answer, computed here: (N, 3). */
  places() {
    const found = new Float32Array(3 * this.count);
    for (let i = 0; i < this.count; i++) {
      const { place, scores } = this.network.forward(this.sample(i));
      found.set([...place, answerOf(scores)], 3 * i);
    }
    return found;
  }

  /**
   * Where a sample was at each kept snapshot up to now, and is now.
   * @param {number} i
   */
  trail(i) {
    const now = this.epoch;
    const places = [];
    for (const epoch of this.about.epochs) {
      if (epoch >= now) break;
      this.network.goTo(epoch);
      places.push(this.network.forward(this.sample(i)).place);
    }
    this.network.goTo(now);
    places.push(this.network.forward(this.sample(i)).place);
    return places;
  }

  /**
   * What the network makes of a place in the input or in the plane of the embedding.
   * @param {{plane: "input" | "embedding", at: [number, number]}} probe
   * @returns {Probed}
   */
  probed({ plane, at }) {
    const through = plane === "input" && this.planar ? this.network.forward(at) : null;
    const place = through ? through.place : at;
    const scores = through ? through.scores : this.network.scoresAt(at);
    return { x: through ? at : null, place, scores, answer: answerOf(scores) };
  }

  /** How far class vectors and regions have appeared, 0 … 1. */
  decided() {
    const { neverShown, shownFrom } = this.about;
    if (neverShown) return 0;
    if (shownFrom === null) return 1;
    const span = Math.min(0.03 * (this.last - this.first), this.last - shownFrom);
    return span > 0 ? Math.min(Math.max((this.epoch - shownFrom) / span, 0), 1) : Number(this.epoch >= shownFrom);
  }

  /** What is read off: at the last epoch at which it was, which is the one that is written. */
  readings() {
    const { readAt, rows } = this.about;
    const at = placeOf(readAt, this.epoch + 1e-6);
    const read = rows.map((/** @type {{name: string, texts: string[]}} */ row) => [row.name, row.texts[at]]);
    return { epoch: readAt[at], rows: read.filter((/** @type {string[]} */ [, text]) => text !== "") };
  }
}
