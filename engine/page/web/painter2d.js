// The planes on a plain canvas, where there is no WebGL 2: the same shapes, computed by the script.
import { EDGE, Lines, STYLES, linesIn, regionsIn } from "./drawing.js";
import { answerOf } from "./network.js";
import { dataAt, placeIn, pixelOf, pointRadius } from "./place.js";

/** Pixels that share an answer where the whole network is asked for each: while something moves, and at rest. */
const COARSE = 16, FINE = 4;

export class PlainPainter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.lines = new Lines();
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  }

  /** @param {import("./run.js").Run} run */
  places(run) {
    return run.places();
  }

  /**
   * Draw some panels.
   * @param {import("./panel.js").Panel[]} panels
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {number} ratio
   * @param {boolean} moving
   */
  paint(panels, state, look, ratio, moving) {
    const { context, canvas } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = look.ground;
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const panel of panels) {
      const size = { width: panel.width * ratio, height: panel.height * ratio };
      const unit = panel.unit * ratio;
      context.save();
      context.setTransform(1, 0, 0, -1, panel.left * ratio, (panel.top + panel.height) * ratio); // y goes up
      context.beginPath();
      context.rect(0, 0, size.width, size.height);
      context.clip();
      const decided = state.shown.regions ? panel.answered() : 0;
      const regions = decided && panel.morph() > 0 ? regionsIn(panel, size) : [];
      context.globalAlpha = decided;
      if (decided && panel.morph() === 0) this.map(panel, look, size, (moving ? COARSE : FINE) * ratio);
      regions.forEach((polygon, k) => this.polygon(polygon, look.regions[k]));
      linesIn(this.lines, panel, size, unit, decided === 1 ? regions : [], state.shown.grid);
      let i = 0;
      for (const { kind, end } of this.lines.all) {
        context.strokeStyle = kind === 2 ? look.quiet : look.ink;
        context.globalAlpha = STYLES[kind][1];
        context.lineWidth = Math.max(STYLES[kind][0] * unit, kind === EDGE ? 1.5 : 1);
        context.beginPath();
        for (; i < end; i += 2) context.lineTo(this.lines.places[i], this.lines.places[i + 1]);
        context.stroke();
      }
      context.globalAlpha = 1;
      if (state.shown.points) this.points(panel, state, look, size, unit);
      context.restore();
    }
  }

  /** @param {[number, number][]} polygon @param {string} colour */
  polygon(polygon, colour) {
    const { context } = this;
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = 1; // no seam between neighbours
    context.beginPath();
    for (const [x, y] of polygon) context.lineTo(x, y);
    context.closePath();
    context.fill();
    context.stroke();
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} side
   */
  map(panel, look, size, side) {
    const place = placeIn(panel.run, "input", size, panel.zoom);
    for (let y = 0; y < size.height; y += side) {
      for (let x = 0; x < size.width; x += side) {
        const at = dataAt(place, [x + side / 2, y + side / 2]);
        this.context.fillStyle = look.regions[answerOf(panel.run.probed({ plane: "input", at }).scores)];
        this.context.fillRect(x, y, side, side);
      }
    }
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} unit
   */
  points(panel, state, look, size, unit) {
    const { context } = this;
    const { run, zoom } = panel;
    const t = panel.morph();
    const input = run.planar && t < 1 ? placeIn(run, "input", size, zoom) : null;
    const embedding = placeIn(run, "embedding", size, zoom);
    const radius = Math.max(2, look.points * pointRadius(run.count) * unit);
    const found = run.places();
    for (let i = 0; i < run.count; i++) {
      const label = run.labels[i];
      if (!state.showsClass(label)) continue;
      let [x, y] = pixelOf(embedding, found.subarray(3 * i, 3 * i + 2));
      if (input) {
        const from = pixelOf(input, run.sample(i));
        [x, y] = [(1 - t) * from[0] + t * x, (1 - t) * from[1] + t * y];
      }
      context.beginPath();
      if (label < 8) context.arc(x, y, radius, 0, 2 * Math.PI);
      else context.rect(x - 0.886 * radius, y - 0.886 * radius, 1.772 * radius, 1.772 * radius);
      context.fillStyle = look.classes[label];
      context.fill();
      if (!state.shown.mistakes || found[3 * i + 2] === label) continue;
      context.beginPath();
      context.arc(x, y, 0.42 * radius, 0, 2 * Math.PI);
      context.fillStyle = look.rim;
      context.fill();
    }
  }
}
