// What a run holds beside points, each in a panel of its own: images, matrices, curves of its metrics.
import { weightsBetween } from "./between.js";
import { mixInto } from "./network.js";
import { paintWays } from "./ways.js";

/** Between images, in shares of one. */
const GAP = 0.08;

export class Sheet {
  /**
   * @param {import("./run.js").Run} run
   * @param {any} about as engine/page/sheets.py packs it
   * @param {(entry: import("./decode.js").Entry) => Float64Array} array
   * @param {string} title
   */
  constructor(run, about, array, title) {
    this.run = run;
    this.about = about;
    this.left = 0;
    this.top = 0;
    this.width = 1;
    this.height = 1;
    this.unit = 1;
    /** @type {number[]} images, rows, columns, colours; a matrix is one image */
    this.shape = [];
    if (about.values) {
      const shape = about.values.shape;
      this.shape = shape.length === 3 ? [1, shape[1], shape[2], 1] : shape.slice(1);
      this.all = new Float32Array(array(about.values));
      this.now = new Float32Array(this.all.length / shape[0]);
      this.picture = document.createElement("canvas");
      [this.picture.width, this.picture.height] = [this.shape[2], this.shape[0] * this.shape[1]];
    }
    if (about.places) {
      this.all = new Float32Array(array(about.places));
      this.now = new Float32Array(this.all.length / about.places.shape[0]);
    }
    /** What the picture shows. */
    this.drawn = "";
    this.element = document.createElement("div");
    this.element.className = "panel sheet";
    this.element.setAttribute("role", "img");
    this.element.setAttribute("aria-label", `${title}: ${this.said()}`);
    const named = document.createElement("span");
    named.className = "title";
    named.textContent = title;
    this.element.append(named);
  }

  /** What it is, in words. */
  said() {
    const { about, shape } = this;
    if (about.kind === "ways") return `${about.lines[0]} lines, ${about.ofDots.length} points`;
    if (about.kind === "curves") return `curves of ${about.curves.map((/** @type {any} */ curve) => curve.name).join(", ")}`;
    if (about.kind === "images") return `${shape[0]} images of ${shape[1]} × ${shape[2]}`;
    return `matrix of ${shape[1]} rows and ${shape[2]} columns, values from ${about.ends[0]} to ${about.ends[1]}`;
  }

  /**
   * @param {CanvasRenderingContext2D} context in whose pixels the panel's top left is 0, 0
   * @param {import("./state.js").Look} look
   */
  paint(context, look) {
    context.fillStyle = look.ground;
    context.fillRect(0, 0, this.width, this.height);
    const head = Math.max(36 * this.unit, 20) + 8; // under the title
    const room = { left: 8, top: head, width: this.width - 16, height: this.height - head - 8 };
    if (room.width < 8 || room.height < 8) return;
    if (this.about.kind === "curves") this.curves(context, look, room);
    else if (this.about.kind === "ways") {
      this.mix();
      paintWays(context, look, room, this.unit, this.about, /** @type {Float32Array} */ (this.now));
    }
    else {
      this.draw(look);
      if (this.about.kind === "images") this.images(context, room);
      else this.matrix(context, look, room);
    }
  }

  /** Take the numbers of this epoch. */
  mix() {
    const { run, all, now, about: { epochs } } = this;
    if (!all || !now) return;
    mixInto(now, all, weightsBetween(epochs, Math.min(Math.max(run.epoch, epochs[0]), epochs[epochs.length - 1])));
  }

  /**
   * The values of this epoch as pixels, one image below the other.
   * @param {import("./state.js").Look} look
   */
  draw(look) {
    const { run, about, now, picture, shape: [, , , colours] } = this;
    const wanted = `${run.epoch} ${look.ground}`;
    if (!now || !picture || wanted === this.drawn) return;
    this.drawn = wanted;
    this.mix();
    const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
    const pixels = context.createImageData(picture.width, picture.height);
    const shades = about.kind === "images" ? greys(look) : cells(look, about.signed);
    for (let i = 0, count = now.length / colours; i < count; i++) {
      for (let c = 0; c < 3; c++) {
        const value = Math.min(Math.max(Math.round(now[colours === 3 ? 3 * i + c : i]), 0), 255);
        pixels.data[4 * i + c] = colours === 3 ? value : shades[3 * value + c];
      }
      pixels.data[4 * i + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
  }

  /**
   * All images, as large as they fit, row by row.
   * @param {CanvasRenderingContext2D} context
   * @param {{left: number, top: number, width: number, height: number}} room
   */
  images(context, room) {
    const [count, height, width] = this.shape;
    const fits = (/** @type {number} */ c) => Math.min(room.width / (c * width), room.height / (Math.ceil(count / c) * height)) / (1 + GAP);
    let columns = 1;
    for (let more = 2; more <= count; more++) if (fits(more) > fits(columns)) columns = more;
    const side = fits(columns);
    const [across, down] = [side * width * (1 + GAP), side * height * (1 + GAP)];
    const left = room.left + (room.width - columns * across) / 2;
    const top = room.top + (room.height - Math.ceil(count / columns) * down) / 2;
    context.imageSmoothingEnabled = false;
    for (let k = 0; k < count; k++) {
      const [x, y] = [left + (k % columns) * across, top + Math.floor(k / columns) * down];
      context.drawImage(/** @type {HTMLCanvasElement} */ (this.picture), 0, k * height, width, height, x, y, side * width, side * height);
    }
  }

  /**
   * Square cells with their names, and the scale under them.
   * @param {CanvasRenderingContext2D} context
   * @param {import("./state.js").Look} look
   * @param {{left: number, top: number, width: number, height: number}} room
   */
  matrix(context, look, room) {
    const { about, shape: [, rows, columns] } = this;
    const size = Math.max(26 * this.unit, 12);
    context.font = `${size}px "Source Sans 3", sans-serif`;
    const wide = Math.min(Math.max(0, ...about.rows.map((/** @type {string} */ name) => context.measureText(name).width + 8)), 0.35 * room.width);
    const above = about.columns.length ? size + 8 : 0;
    const side = Math.min((room.width - wide) / columns, (room.height - above - 2 * size) / rows);
    if (side <= 0) return;
    const [left, top] = [room.left + wide + (room.width - wide - side * columns) / 2, room.top + above];
    context.imageSmoothingEnabled = false;
    context.drawImage(/** @type {HTMLCanvasElement} */ (this.picture), left, top, side * columns, side * rows);
    context.fillStyle = look.quiet;
    if (side >= 0.8 * size) {
      context.textAlign = "right";
      about.rows.forEach((/** @type {string} */ name, /** @type {number} */ row) => context.fillText(name, left - 8, top + (row + 0.5) * side + 0.35 * size, wide));
      context.textAlign = "center";
      about.columns.forEach((/** @type {string} */ name, /** @type {number} */ column) => context.fillText(name, left + (column + 0.5) * side, top - 6, side));
    }
    const shades = cells(look, about.signed);
    const [width, y, middle] = [Math.min(side * columns, 300 * this.unit), top + side * rows + 0.5 * size, left + (side * columns) / 2];
    for (let k = 0; k < 64; k++) {
      const at = 3 * Math.round((255 * k) / 63);
      context.fillStyle = `rgb(${shades.slice(at, at + 3).join()})`;
      context.fillRect(middle - width / 2 + (k * width) / 64, y, width / 64 + 0.5, 0.6 * size);
    }
    context.fillStyle = look.quiet;
    context.textAlign = "right";
    context.fillText(about.ends[0], middle - width / 2 - 8, y + 0.62 * size);
    context.textAlign = "left";
    context.fillText(about.ends[1], middle + width / 2 + 8, y + 0.62 * size);
  }

  /**
   * Each metric up to now, and faintly what follows; its name where it ends.
   * @param {CanvasRenderingContext2D} context
   * @param {import("./state.js").Look} look
   * @param {{left: number, top: number, width: number, height: number}} room
   */
  curves(context, look, room) {
    const { about, run } = this;
    const size = Math.max(26 * this.unit, 12);
    const [top, height] = [room.top + (1.3 * size) * about.curves.length, room.height - (1.3 * size) * (about.curves.length + 1)];
    const x = (/** @type {number} */ epoch) => room.left + (room.width * (epoch - run.first)) / (run.last - run.first || 1);
    const now = x(run.epoch);
    context.font = `${size}px "Source Sans 3", sans-serif`;
    context.textAlign = "left";
    context.lineWidth = 1;
    context.strokeStyle = context.fillStyle = look.quiet;
    context.strokeRect(room.left, top, room.width, height);
    context.textAlign = "right";
    context.fillText(about.ends[1], room.left + room.width, top - 0.3 * size);
    context.fillText(about.ends[0], room.left + room.width, top + height + size);
    context.textAlign = "left";
    context.lineWidth = Math.max(3 * this.unit, 2);
    about.curves.forEach((/** @type {any} */ curve, /** @type {number} */ k) => {
      context.strokeStyle = context.fillStyle = look.classes[k % look.classes.length];
      context.setLineDash(DASHES[k % DASHES.length]);
      for (const [from, to, alpha] of [[0, now, 1], [now, this.width, 0.35]]) {
        context.save();
        context.beginPath();
        context.rect(from, 0, to - from, this.height);
        context.clip();
        context.globalAlpha = alpha;
        context.beginPath();
        curve.at.forEach((/** @type {number} */ epoch, /** @type {number} */ i) => context.lineTo(x(epoch), top + height * (1 - curve.value[i])));
        context.stroke();
        context.restore();
      }
      const y = room.top + 1.3 * size * k + size;
      context.beginPath();
      context.moveTo(room.left, y - 0.35 * size);
      context.lineTo(room.left + 2 * size, y - 0.35 * size);
      context.stroke();
      context.setLineDash([]);
      context.fillStyle = look.ink;
      context.fillText(curve.name, room.left + 2.5 * size, y, room.width - 2.5 * size);
    });
  }
}

/** What tells curves apart beside their colours. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

/**
 * Greys of images: from black to the lightest of ink and ground.
 * @param {import("./state.js").Look} look
 */
function greys({ rgb: { ink, ground } }) {
  return ramp((share) => ink.map((part, c) => share * Math.max(part, ground[c])));
}

/**
 * Shades of cells: from the ground to the ink; where values may be negative, they go to the first class's colour.
 * @param {import("./state.js").Look} look
 * @param {boolean} signed
 */
function cells({ rgb: { ink, ground, classes } }, signed) {
  return ramp((share) => {
    const way = signed ? 2 * share - 1 : share;
    return ink.map((part, c) => (1 - Math.abs(way)) * (0.88 * ground[c] + 0.12 * part) + Math.abs(way) * (way < 0 ? classes[c] : part));
  });
}

/**
 * 256 colours, from 0 to 255 each.
 * @param {(share: number) => number[]} colour
 */
function ramp(colour) {
  return new Uint8ClampedArray(Array.from({ length: 256 }, (_, k) => colour(k / 255).map((part) => 255 * part)).flat());
}
