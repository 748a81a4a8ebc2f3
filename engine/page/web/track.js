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
    this.drawn = "";
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

  /**
   * Draw the curves, brighter up to now, and the beats.
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {number} ratio
   */
  paint(state, look, ratio) {
    const { canvas, first, last } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const x = (/** @type {number} */ epoch) => 10 + ((width - 20) * (epoch - first)) / (last - first || 1);
    const said = [Math.round(x(state.epoch) * ratio), width, height, ratio, look.ground].join();
    if (said === this.drawn) return;
    this.drawn = said;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.scale(ratio, ratio);
    context.font = '13px "Source Sans 3", sans-serif';
    for (const beat of this.beats) {
      context.fillStyle = look.quiet;
      context.fillRect(x(beat.epoch), 0, 1.5, height);
    }
    const curves = this.runs.map((run) => run.about.curve).filter(Boolean);
    const highest = Math.max(...curves.flatMap((curve) => curve.value)) || 1;
    for (const [from, to, alpha] of [[0, x(state.epoch), 1], [x(state.epoch), width, 0.4]]) {
      context.save();
      context.beginPath();
      context.rect(from, 0, to - from, height);
      context.clip();
      context.globalAlpha = alpha;
      context.strokeStyle = look.ink;
      context.lineWidth = 2;
      for (const { at, value } of curves) {
        context.beginPath();
        at.forEach((/** @type {number} */ epoch, /** @type {number} */ i) => context.lineTo(x(epoch), height - 4 - ((height - 8) * value[i]) / highest));
        context.stroke();
      }
      context.restore();
    }
    context.fillStyle = look.ink;
    context.fillRect(x(state.epoch) - 1, 0, 2, height);
  }
}
