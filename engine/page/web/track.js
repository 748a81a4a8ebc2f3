// The slider over the epochs: a range input, the loss curve its track.
import { placeOf } from "./between.js";

export class Track {
  /**
   * @param {HTMLInputElement} slider
   * @param {HTMLCanvasElement} canvas
   * @param {import("./run.js").Run[]} runs
   * @param {{name: string, epoch: number}[]} beats
   */
  constructor(slider, canvas, runs, beats) {
    this.slider = slider;
    this.canvas = canvas;
    this.runs = runs;
    this.beats = beats;
    this.first = Math.min(...runs.map((run) => run.first));
    this.last = Math.max(...runs.map((run) => run.last));
    slider.min = String(this.first);
    slider.max = String(this.last);
    const whole = runs.every((run) => Number.isInteger(run.first) && Number.isInteger(run.last));
    slider.step = whole && this.last - this.first >= 20 ? "1" : "any";
    this.size = { width: 0, height: 0 };
    /** What the layers were drawn for. */
    this.room = "";
    this.drawn = NaN;
    /** @type {HTMLCanvasElement[]} the curves bright, and dim */
    this.layers = [];
    /** @type {CanvasRenderingContext2D | null} */
    this.context = null;
  }

  /**
   * The next moment while it plays, `seconds` later, of a whole run of so many seconds: slow where much happens.
   * @param {number} epoch
   * @param {number} seconds
   * @param {number} whole
   */
  after(epoch, seconds, whole) {
    /** @type {number[]} */
    const pace = this.runs[0].about.pace;
    const steps = pace.length - 1;
    if (this.last > pace[steps]) return epoch + ((this.last - this.first) * seconds) / whole;
    const at = Math.min(placeOf(pace, epoch), steps - 1);
    const share = at + (epoch - pace[at]) / Math.max(pace[at + 1] - pace[at], 1e-9) + (steps * seconds) / whole;
    if (share >= steps) return this.last;
    const i = Math.floor(share);
    return pace[i] + (share - i) * (pace[i + 1] - pace[i]);
  }

  /**
   * The beat after an epoch, or before it; where there are none, a tenth of the way.
   * @param {number} epoch
   * @param {1 | -1} way
   */
  stop(epoch, way) {
    const slack = 1e-6 * (this.last - this.first);
    const beyond = this.beats.filter((beat) => way * (beat.epoch - epoch) > slack);
    if (this.beats.length) return (way > 0 ? beyond[0] : beyond[beyond.length - 1])?.epoch ?? (way > 0 ? this.last : this.first);
    const pace = this.runs[0].about.pace;
    const stops = pace.filter((/** @type {number} */ _, /** @type {number} */ i) => i % 6.4 < 1).map(Math.round);
    stops.push(this.last);
    const next = stops.filter((/** @type {number} */ stop) => way * (stop - epoch) > slack);
    return (way > 0 ? next[0] : next[next.length - 1]) ?? (way > 0 ? this.last : this.first);
  }

  /** Ask how large the canvas is. */
  measure() {
    this.size = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  /** @param {number} epoch pixels from the left */
  across(epoch) {
    return 10 + ((this.size.width - 20) * (epoch - this.first)) / (this.last - this.first || 1);
  }

  /**
   * Show the curves, brighter up to now, and the beats.
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {number} ratio
   */
  paint(state, look, ratio) {
    const { canvas, size: { width, height } } = this;
    if (!width || !height) return;
    const room = [width, height, ratio, look.ground].join();
    if (room !== this.room) {
      this.room = room;
      this.drawn = NaN;
      this.context = sized(canvas, width, height, ratio);
      this.layers = [1, 0.4].map((alpha) => this.layer(look, ratio, alpha));
    }
    const now = Math.round(this.across(state.epoch) * ratio);
    if (now === this.drawn || !this.context) return;
    this.drawn = now;
    const { context } = this;
    const [wide, high] = [canvas.width, canvas.height];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, wide, high);
    this.layers.forEach((layer, i) => {
      const [from, share] = i ? [now, wide - now] : [0, now];
      if (share > 0) context.drawImage(layer, from, 0, share, high, from, 0, share, high);
    });
    context.fillStyle = look.ink;
    context.fillRect(now - ratio, 0, 2 * ratio, high);
  }

  /**
   * The curves and the beats, drawn once.
   * @param {import("./state.js").Look} look
   * @param {number} ratio
   * @param {number} alpha
   */
  layer(look, ratio, alpha) {
    const { width, height } = this.size;
    const canvas = document.createElement("canvas");
    const context = sized(canvas, width, height, ratio);
    context.fillStyle = look.quiet;
    for (const beat of this.beats) context.fillRect(this.across(beat.epoch), 0, 1.5, height);
    context.fillRect(this.across(this.first), height - 2, this.across(this.last) - this.across(this.first), 1);
    /** @type {{name: string, at: number[], value: number[]}[]} */
    const curves = this.runs.map((run) => run.about.curve).filter(Boolean);
    const names = [...new Set(curves.map(({ name }) => name))];
    for (const name of names) {
      const alike = curves.filter((curve) => curve.name === name);
      const values = alike.flatMap(({ value }) => value);
      const low = Math.min(0, ...values);
      const span = Math.max(...values) - low || 1;
      context.globalAlpha = alpha;
      context.strokeStyle = look.ink;
      context.lineWidth = 2;
      for (const { at, value } of alike) {
        context.beginPath();
        at.forEach((epoch, i) => context.lineTo(this.across(epoch), height - 4 - ((height - 8) * (value[i] - low)) / span));
        context.stroke();
      }
    }
    this.title(context, look, names, curves);
    return canvas;
  }

  /**
   * What the curves are, on the right: above them, or below them if they end high.
   * @param {CanvasRenderingContext2D} context
   * @param {import("./state.js").Look} look
   * @param {string[]} names
   * @param {{value: number[]}[]} curves
   */
  title(context, look, names, curves) {
    const high = curves.some(({ value }) => value[value.length - 1] > 0.6 * Math.max(...value));
    context.globalAlpha = 1;
    context.font = '14px "Source Sans 3", sans-serif';
    context.textAlign = "right";
    context.textBaseline = high ? "bottom" : "top";
    context.fillStyle = look.quiet;
    context.fillText(names.join(", "), this.size.width - 12, high ? this.size.height - 6 : 2, 0.5 * this.size.width);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width @param {number} height @param {number} ratio
 */
function sized(canvas, width, height, ratio) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  return context;
}
