// What is shown, and how it is said in the address, so that a link opens on it.

export const PARTS = /** @type {const} */ (["points", "grid", "regions", "vectors", "mistakes", "names", "series"]);
export const VIEWS = /** @type {const} */ (["embedding", "input", "both", "morph"]);

/** @typedef {typeof VIEWS[number]} View */
/**
 * @typedef {{ground: string, ink: string, quiet: string, rim: string, light: boolean, points: number, classes: string[],
 *   regions: string[], names: string[], rgb: {ground: RGB, ink: RGB, quiet: RGB, rim: RGB, classes: number[], regions: number[]}}} Look
 * @typedef {[number, number, number]} RGB
 */

/**
 * A look as JSON has it, with its colours as numbers.
 * @param {any} look
 * @returns {Look}
 */
export function lookOf(look) {
  const { ground, ink, quiet, rim, classes, regions } = look;
  const all = (/** @type {string[]} */ colours) => colours.flatMap(rgbOf);
  const rgb = { ground: rgbOf(ground), ink: rgbOf(ink), quiet: rgbOf(quiet), rim: rgbOf(rim), classes: all(classes), regions: all(regions) };
  return { ...look, rgb };
}

/**
 * @param {string} colour #rrggbb
 * @returns {RGB}
 */
function rgbOf(colour) {
  return /** @type {RGB} */ ([1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255));
}

export class State {
  /** @param {number} epoch the first */
  constructor(epoch) {
    this.epoch = epoch;
    /** @type {View} */
    this.view = "embedding";
    /** 0 the input, 1 the embedding. */
    this.morph = 1;
    this.playing = false;
    this.speed = 1;
    this.loop = false;
    /** @type {Record<typeof PARTS[number], boolean>} */
    this.shown = { points: true, grid: true, regions: true, vectors: true, mistakes: true, names: true, series: true };
    /** @type {number[] | null} classes whose points are shown; null: all */
    this.classes = null;
    /** @type {{plane: "input" | "embedding", at: [number, number]} | null} */
    this.probe = null;
    /** @type {number | null} the sample that is followed */
    this.followed = null;
    this.zoom = { x: 0, y: 0, k: 1 };
    /** @type {"auto" | "dark" | "light"} */
    this.theme = "auto";
    /** Whether graphics cards are left alone. */
    this.plain = false;
  }

  /** @param {number} k */
  showsClass(k) {
    return this.classes === null || this.classes.includes(k);
  }

  /** The state as a fragment of an address; what is as usual is not said. */
  written() {
    const { epoch, view, morph, speed, loop, shown, classes, probe, followed, zoom, theme } = this;
    const short = (/** @type {number} */ value) => String(Number(value.toPrecision(5)));
    const said = new URLSearchParams({ epoch: short(epoch) });
    const hidden = PARTS.filter((part) => !shown[part]);
    if (view !== "embedding") said.set("view", view);
    if (view === "morph") said.set("t", short(morph));
    if (probe) said.set("probe", [probe.plane, ...probe.at.map(short)].join());
    if (followed !== null) said.set("follow", String(followed));
    if (classes) said.set("classes", classes.join());
    if (hidden.length) said.set("hide", hidden.join());
    if (zoom.k !== 1 || zoom.x || zoom.y) said.set("zoom", [zoom.k, zoom.x, zoom.y].map(short).join());
    if (speed !== 1) said.set("speed", short(speed));
    if (loop) said.set("loop", "1");
    if (this.plain) said.set("plain", "1");
    if (theme !== "auto") said.set("theme", theme);
    return said.toString().replaceAll("%2C", ",");
  }

  /**
   * Take what a fragment says; what it says wrongly is left as it is.
   * @param {string} fragment
   */
  read(fragment) {
    const said = new URLSearchParams(fragment);
    const numbers = (/** @type {string} */ name) => (said.get(name) ?? "").split(",").map((text) => (text === "" ? NaN : Number(text)));
    const one = (/** @type {string} */ name, /** @type {(value: number) => void} */ take, low = -Infinity, high = Infinity) => {
      const [value] = numbers(name);
      if (Number.isFinite(value)) take(Math.min(Math.max(value, low), high));
    };
    const among = (/** @type {string} */ name, /** @type {readonly any[]} */ known, /** @type {(value: any) => void} */ take) => {
      if (known.includes(said.get(name))) take(said.get(name));
    };
    one("epoch", (value) => (this.epoch = value));
    one("t", (value) => (this.morph = value), 0, 1);
    one("speed", (value) => (this.speed = value), 0.1, 10);
    one("follow", (value) => (this.followed = Math.floor(value)), 0);
    among("view", VIEWS, (value) => (this.view = value));
    among("theme", ["auto", "dark", "light"], (value) => (this.theme = value));
    this.loop = said.get("loop") === "1";
    this.plain = said.get("plain") === "1";
    const [plane, ...at] = (said.get("probe") ?? "").split(",");
    const place = at.map(Number);
    if ((plane === "input" || plane === "embedding") && place.length === 2 && place.every(Number.isFinite)) {
      this.probe = { plane, at: [place[0], place[1]] };
    }
    const classes = numbers("classes").filter(Number.isInteger);
    if (classes.length) this.classes = classes;
    const hidden = (said.get("hide") ?? "").split(",");
    for (const part of PARTS) this.shown[part] = !hidden.includes(part);
    const [k, x, y] = numbers("zoom");
    if ([k, x, y].every(Number.isFinite)) this.zoom = { k: Math.min(Math.max(k, 0.2), 1000), x, y };
  }
}
