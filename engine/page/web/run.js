// A run at the epoch that is shown: its network, its grid, what is read off.
import { placeOf } from "./between.js";
import { imagesOf } from "./lines.js";
import { Network, answerOf } from "./network.js";
import { Recorded } from "./recorded.js";

/** @typedef {{x: ArrayLike<number> | null, place: [number, number], scores: number[], answer: number}} Probed */

export class Run {
  /**
   * @param {any} about
   * @param {(entry: import("./decode.js").Entry) => Float64Array} array
   */
  constructor(about, array) {
    this.about = about;
    this.name = about.name;
    this.network = about.kind === "weights" ? new Network(about, array) : new Recorded(about, array);
    this.labels = array(about.labels);
    this.count = this.labels.length;
    this.x = about.kind === "weights" ? array(about.x) : new Float64Array(0);
    this.classes = this.labels.reduce((most, label) => Math.max(most, label + 1), this.network.classes);
    this.first = about.epochs[0];
    this.last = about.epochs[about.epochs.length - 1];
    this.planar = about.input !== null;
    /** Whether it has a grid. */
    this.lined = about.segments.length > 0 || Boolean(about.lines);
    /** Which of the grid's lines are bright. */
    this.bright = Array.from({ length: about.lines?.shape[1] ?? about.segments.length }, (_, k) => about.bright.includes(k));
    this.epoch = NaN;
    /** @type {import("./lines.js").Polyline[]} */
    this.grid = [];
  }

  /**
   * What to write over a plane of it.
   * @param {string} plane
   * @param {boolean} several whether there are other runs
   */
  called(plane, several) {
    const { series } = this.about;
    return several ? (series ? this.name : `${this.name}: ${plane}`) : series ?? plane;
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
    const { network } = this;
    if (network instanceof Recorded) return network.lines();
    if (!this.grid.length) this.grid = imagesOf(network, this.about.segments);
    return this.grid;
  }

  /** @param {number} i */
  sample(i) {
    return this.x.subarray(i * this.network.inputs, (i + 1) * this.network.inputs);
  }

  /**
   * Where a sample is in the plane, and its answer; without a classifier its label.
   * @param {number} i
   * @returns {[number, number, number]}
   */
  found(i) {
    const { network } = this;
    if (network instanceof Network) {
      const { place, scores } = network.forward(this.sample(i));
      return [...place, answerOf(scores)];
    }
    const place = network.place(i);
    if (network.answers.length) return [...place, network.answers[network.snapshot * this.count + i]];
    return [...place, network.classes ? answerOf(network.scoresAt(place)) : this.labels[i]];
  }

  /** Where every point is, and its answer, computed here: (N, 3). */
  places() {
    const all = new Float32Array(3 * this.count);
    for (let i = 0; i < this.count; i++) all.set(this.found(i), 3 * i);
    return all;
  }

  /**
   * Where a sample was up to now, and is now.
   * @param {number} i
   */
  trail(i) {
    const now = this.epoch;
    const places = [];
    for (const epoch of [...this.about.pace.filter((/** @type {number} */ e) => e < now), now]) {
      this.network.goTo(epoch);
      places.push(this.found(i));
    }
    return places;
  }

  /**
   * What the network makes of a place in the input or in the plane of the embedding.
   * @param {{plane: "input" | "embedding", at: [number, number]}} probe
   * @returns {Probed}
   */
  probed({ plane, at }) {
    const { network } = this;
    const through = plane === "input" && this.planar && network instanceof Network ? network.forward(at) : null;
    const place = through ? through.place : at;
    const scores = through ? through.scores : network.scoresAt(at);
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

  /** Which of the readings is the last that was made up to now. */
  reading() {
    return placeOf(this.about.readAt, this.epoch + 1e-6);
  }

  /** What is read off: at the last epoch at which it was, which is the one that is written. */
  readings() {
    const { rows } = this.about;
    const at = this.reading();
    const read = rows.map((/** @type {{name: string, texts: string[]}} */ row) => [row.name, row.texts[at]]);
    return { rows: read.filter((/** @type {string[]} */ [, text]) => text !== "") };
  }
}
