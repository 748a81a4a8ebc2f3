// What lies over the planes: class vectors, names, the probe with its projections, a sample's trail.
import { pixelOf } from "./place.js";

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
/** Texts that are kept. */
const MOST = 300;

/** @typedef {[number, number]} Pixel */

export class Overlay {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    /** @type {Map<string, {canvas: HTMLCanvasElement, wide: number}>} texts that were written */
    this.words = new Map();
    this.ratio = 1;
  }

  /**
   * @param {import("./panel.js").Panel[]} panels
   * @param {import("./sheets.js").Sheet[]} sheets
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {number} ratio
   */
  paint(panels, sheets, state, look, ratio) {
    const { context, canvas } = this;
    this.ratio = ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const panel of [...panels, ...sheets]) {
      context.setTransform(ratio, 0, 0, ratio, panel.left * ratio, panel.top * ratio);
      context.save();
      context.beginPath();
      context.rect(0, 0, panel.width, panel.height);
      context.clip();
      if ("plane" in panel) this.paintPanel(panel, state, look);
      else panel.paint(context, look);
      context.restore();
    }
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   */
  paintPanel(panel, state, look) {
    const { context } = this;
    const t = panel.morph();
    if (state.shown.names) this.axisNames(panel, look);
    if (state.followed !== null && state.followed < panel.run.count) this.trail(panel, state.followed, look);
    const found = state.probe && panel.run.probed(state.probe);
    if (found && t === 1 && state.shown.vectors && panel.run.decided() > 0) this.projections(panel, found.place, look);
    if (t > 0 && state.shown.vectors && panel.answered() > 0) {
      context.globalAlpha = panel.answered();
      this.classVectors(panel, look, state.shown.names);
      context.globalAlpha = 1;
    }
    if (found) this.probe(panel, found, look);
  }

  /**
   * A place of a plane in the panel's pixels, from its top left.
   * @param {import("./panel.js").Panel} panel
   * @param {"input" | "embedding"} plane
   * @param {ArrayLike<number>} data
   * @returns {Pixel}
   */
  at(panel, plane, data) {
    const [x, y] = pixelOf(panel.place(plane), data);
    return [x, panel.height - y];
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {import("./state.js").Look} look
   */
  axisNames(panel, look) {
    const plane = panel.pointed();
    const [right, up] = plane === "input" ? ["x₁", "x₂"] : panel.run.about.axisNames;
    const [x, y] = this.at(panel, plane, [0, 0]);
    const size = this.size(panel);
    this.text(right, [panel.width - size, Math.min(Math.max(y - 0.5 * size, 1.2 * size), panel.height - size)], size, look.quiet, look, "right");
    const left = Math.min(Math.max(x + 0.5 * size, size), panel.width - 2 * size);
    this.text(up, [left, (left < panel.titled.width ? panel.titled.height : 0) + 1.4 * size], size, look.quiet, look);
  }

  /** @param {import("./panel.js").Panel} panel */
  size(panel) {
    return Math.max(36 * panel.unit, 13);
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {import("./state.js").Look} look
   * @param {boolean} named
   */
  classVectors(panel, look, named) {
    const { run, unit } = panel;
    const origin = this.at(panel, "embedding", [0, 0]);
    const size = this.size(panel);
    run.network.head().forEach(([u, v], k) => {
      const tip = this.at(panel, "embedding", [u / run.about.shrink, v / run.about.shrink]);
      this.arrow(origin, tip, look.classes[k], look.rim, unit);
      const length = Math.hypot(tip[0] - origin[0], tip[1] - origin[1]);
      if (!named || run.network.classes > 6 || length < 1.5 * size) return;
      const away = (length + 0.95 * size) / length;
      const at = /** @type {Pixel} */ ([origin[0] + away * (tip[0] - origin[0]), origin[1] + away * (tip[1] - origin[1]) + 0.33 * size]);
      this.text(`w${[...String(k + 1)].map((digit) => SUBSCRIPTS[Number(digit)]).join("")}`, at, size, look.classes[k], look, "center", 600);
    });
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {number} sample
   * @param {import("./state.js").Look} look
   */
  trail(panel, sample, look) {
    const { context } = this;
    const { run, plane } = panel;
    const colour = look.classes[run.labels[sample]];
    const t = panel.morph();
    const places = plane === "input" ? [] : run.trail(sample);
    const input = run.planar ? this.at(panel, "input", run.sample(sample)) : [0, 0];
    const shown = places.map((place) => {
      const [x, y] = this.at(panel, "embedding", place);
      return /** @type {Pixel} */ ([(1 - t) * input[0] + t * x, (1 - t) * input[1] + t * y]);
    });
    if (!shown.length) shown.push(/** @type {Pixel} */ (input));
    for (const [width, stroke] of /** @type {[number, string][]} */ ([[9, look.rim], [5, colour]])) {
      context.beginPath();
      shown.forEach(([x, y]) => context.lineTo(x, y));
      context.lineWidth = Math.max(width * panel.unit, width / 3);
      context.strokeStyle = stroke;
      context.lineJoin = "round";
      context.stroke();
    }
    this.ring(shown[shown.length - 1], Math.max(16 * panel.unit, 7), colour, look);
  }

  /**
   * From a place to its foot on each class vector's line, and on to the origin.
   * @param {import("./panel.js").Panel} panel
   * @param {[number, number]} place
   * @param {import("./state.js").Look} look
   */
  projections(panel, place, look) {
    const { run, unit } = panel;
    const [origin, at] = [this.at(panel, "embedding", [0, 0]), this.at(panel, "embedding", place)];
    run.network.head().forEach(([u, v], k) => {
      const along = (u * place[0] + v * place[1]) / Math.max(u * u + v * v, 1e-12);
      const foot = this.at(panel, "embedding", [along * u, along * v]);
      this.dashed([at, foot, origin], look.classes[k], look.rim, unit);
      this.dot(foot, Math.max(7 * unit, 3), look.classes[k], look);
    });
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {import("./run.js").Probed} found
   * @param {import("./state.js").Look} look
   */
  probe(panel, found, look) {
    const { run, unit } = panel;
    const t = panel.morph();
    const [x, e] = [found.x && run.planar ? this.at(panel, "input", found.x) : null, this.at(panel, "embedding", found.place)];
    if (t < 1 && !x) return;
    const from = x ?? e;
    const at = /** @type {Pixel} */ ([(1 - t) * from[0] + t * e[0], (1 - t) * from[1] + t * e[1]]);
    this.ring(at, Math.max(18 * unit, 8), look.ink, look);
    this.dot(at, Math.max(6 * unit, 2.5), look.classes[found.answer], look);
  }

  /** @param {Pixel[]} way @param {string} colour @param {string} rim @param {number} unit */
  dashed(way, colour, rim, unit) {
    const { context } = this;
    context.beginPath();
    way.forEach(([x, y]) => context.lineTo(x, y));
    for (const [width, stroke, dash] of /** @type {[number, string, number[]][]} */ ([[6, rim, []], [3, colour, [7, 4]]])) {
      context.setLineDash(dash);
      context.lineWidth = Math.max(width * unit, width / 2);
      context.strokeStyle = stroke;
      context.stroke();
    }
    context.setLineDash([]);
  }

  /** @param {Pixel} at @param {number} radius @param {string} colour @param {import("./state.js").Look} look */
  dot([x, y], radius, colour, look) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = look.rim;
    context.stroke();
  }

  /** @param {Pixel} at @param {number} radius @param {string} colour @param {import("./state.js").Look} look */
  ring([x, y], radius, colour, look) {
    const { context } = this;
    for (const [width, stroke] of /** @type {[number, string][]} */ ([[5, look.rim], [2.5, colour]])) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.lineWidth = width;
      context.strokeStyle = stroke;
      context.stroke();
    }
  }

  /**
   * An arrow as the clips draw it; a short one has a smaller head.
   * @param {Pixel} tail
   * @param {Pixel} tip
   * @param {string} colour
   * @param {string} rim
   * @param {number} unit
   */
  arrow([x, y], tip, colour, rim, unit) {
    const { context } = this;
    const [dx, dy] = [tip[0] - x, tip[1] - y];
    const length = Math.max(Math.hypot(dx, dy), 1e-9);
    const [ux, uy] = [dx / length, dy / length];
    const head = Math.min(30 * unit, 0.6 * length);
    const [half, shaft, neck] = [0.45 * head, Math.min(4 * unit, 0.15 * head + unit), length - head];
    const above = [[0, shaft], [neck, shaft], [neck, half], [length, 0]];
    const outline = [...above, ...above.slice(0, 3).reverse().map(([along, across]) => [along, -across])];
    context.beginPath();
    for (const [along, across] of outline) context.lineTo(x + along * ux - across * uy, y + along * uy + across * ux);
    context.closePath();
    context.lineJoin = "round";
    context.lineWidth = 6 * unit;
    context.strokeStyle = rim;
    context.stroke();
    context.fillStyle = colour;
    context.fill();
  }

  /**
   * @param {string} text
   * @param {Pixel} at
   * @param {number} size
   * @param {string} colour
   * @param {import("./state.js").Look} look
   * @param {"left" | "center" | "right"} align
   * @param {number} weight
   */
  text(text, [x, y], size, colour, look, align = "left", weight = 400) {
    const { words, ratio } = this;
    const key = `${text} ${size} ${weight} ${ratio} ${colour} ${look.rim}`;
    const known = words.get(key);
    if (!known && words.size > MOST) words.clear();
    const word = known ?? wordOf(text, size, weight, ratio, colour, look.rim);
    words.set(key, word);
    const begin = x - { left: 0, center: word.wide / 2, right: word.wide }[align] - size;
    this.context.drawImage(word.canvas, begin, y - 2 * size, word.canvas.width / ratio, word.canvas.height / ratio);
  }
}

/**
 * A text with its rim as a picture, its baseline's left end `size` from the left and twice that from the top: writing
 * takes many times longer than copying.
 * @param {string} text @param {number} size @param {number} weight @param {number} ratio @param {string} colour
 * @param {string} rim
 */
function wordOf(text, size, weight, ratio, colour, rim) {
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const font = `${weight} ${size}px "Source Sans 3", sans-serif`;
  context.font = font;
  const wide = context.measureText(text).width;
  [canvas.width, canvas.height] = [Math.ceil((wide + 2 * size) * ratio), Math.ceil(3 * size * ratio)];
  context.scale(ratio, ratio);
  context.font = font;
  context.lineJoin = "round";
  context.lineWidth = 0.22 * size;
  context.strokeStyle = rim;
  context.strokeText(text, size, 2 * size);
  context.fillStyle = colour;
  context.fillText(text, size, 2 * size);
  return { canvas, wide };
}
