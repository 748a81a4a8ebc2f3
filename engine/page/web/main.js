// The page: what is read from it, shown, and changed by whoever touches it.
import { seen, sleepUnseen } from "./asleep.js";
import { Controls } from "./controls.js";
import { decoded } from "./decode.js";
import { Overlay } from "./overlay.js";
import { Painter } from "./painter.js";
import { PlainPainter } from "./painter2d.js";
import { Panel, layOut } from "./panel.js";
import { printWell } from "./print.js";
import { ProbeTable, className, made } from "./probe.js";
import { Run } from "./run.js";
import { Sheet } from "./sheets.js";
import { State, lookOf } from "./state.js";
import { Track } from "./track.js";

/** Seconds that a run plays. */
const WHOLE = 20;
/** Milliseconds without a change, after which regions are computed at every pixel and the address is written. */
const REST = 160;
/** Milliseconds after which the slider itself follows what plays. */
const OFTEN = 250;

/** @param {string} id */
function at(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

export class Page {
  /**
   * @param {any} about
   * @param {(entry: import("./decode.js").Entry) => Float64Array} array
   */
  constructor(about, array) {
    this.runs = /** @type {Run[]} */ (about.runs.map((/** @type {any} */ run) => new Run(run, array)));
    const several = (this.several = new Set(this.runs.map((run) => run.about.of)).size > 1);
    this.sheets = this.runs.flatMap((run) =>
      (run.about.sheets ?? []).map((/** @type {any} */ sheet) => new Sheet(run, sheet, array, several ? `${run.about.of}: ${sheet.name}` : sheet.name)),
    );
    this.looks = about.looks.map(lookOf);
    this.track = new Track(/** @type {HTMLInputElement} */ (at("epochs")), /** @type {HTMLCanvasElement} */ (at("curve")), this.runs, about.beats ?? []);
    this.state = new State(this.track.first);
    if (about.theme === "dark" || about.theme === "light") this.state.theme = about.theme;
    this.state.read(location.hash.slice(1));
    this.stage = at("stage");
    this.overlay = new Overlay(/** @type {HTMLCanvasElement} */ (at("over")));
    this.painter = painterOn(/** @type {HTMLCanvasElement} */ (at("planes")), this.state.plain);
    this.table = new ProbeTable(at("probe"));
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.light = matchMedia("(prefers-color-scheme: light)");
    this.room = { width: 0, height: 0 };
    /** Whether something else than the epoch is to be shown. */
    this.touched = true;
    this.look = this.chosenLook();
    /** @type {Panel[]} */
    this.panels = [];
    this.frames = 0;
    this.spent = 0;
    this.wanted = false;
    this.moved = -Infinity;
    this.painted = false;
    this.rowNames = "";
    this.sliderAt = -Infinity;
    /** Which readings are written. */
    this.written = "";
    /** @type {HTMLElement[][]} what is read off: names and numbers */
    this.cells = [];
    /** @type {number | undefined} when the last step of playing was */
    this.began = undefined;
    /** @type {number | undefined} */
    this.resting = undefined;
    this.controls = new Controls(this);
    this.fill();
    this.track.slider.addEventListener("input", () => this.goTo(Number(this.track.slider.value)));
    this.measure();
    const resized = new ResizeObserver(() => this.set(() => this.measure()));
    for (const element of [this.stage, this.track.canvas]) resized.observe(element);
    this.light.addEventListener("change", () => this.changed());
    addEventListener("hashchange", () => {
      if (location.hash.slice(1) !== this.state.written()) {
        this.state.read(location.hash.slice(1));
        this.fill();
      }
    });
    this.painter.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.painter.canvas.addEventListener("webglcontextrestored", () => this.set(() => {
      this.painter = painterOn(this.painter.canvas, false);
    }));
    if (this.painter instanceof Painter) sleepUnseen(this.painter.canvas);
    printWell(this);
    Promise.all([400, 600].map((weight) => document.fonts.load(`${weight} 1em "Source Sans 3"`))).then(() => {
      this.overlay.words.clear();
      this.track.room = "";
      this.changed();
    });
    this.goTo(this.state.epoch);
  }

  /** @returns {import("./state.js").Look} */
  chosenLook() {
    const { theme } = this.state;
    const light = theme === "light" || (theme === "auto" && this.light.matches);
    return this.looks.find((/** @type {import("./state.js").Look} */ look) => look.light === light) ?? this.looks[0];
  }

  /** Sizes are asked for where they may have changed, not while something plays. */
  measure() {
    this.room = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    this.track.measure();
    for (const panel of this.panels) panel.measure();
  }

  /** Make the panels that the view needs. */
  fill() {
    const { view } = this.state;
    const planes = /** @type {const} */ ({ embedding: ["embedding"], input: ["input"], both: ["input", "embedding"], morph: ["morph"] });
    const called = { embedding: "Embedding", input: "Input", morph: "From input to embedding" };
    for (const { element } of [...this.panels, ...this.sheets]) element.remove();
    this.panels = this.runs.filter((run) => !run.about.planeless).flatMap((run) =>
      planes[run.planar ? view : "embedding"].map((plane) => new Panel(run, plane, this.state, run.called(called[plane], this.runs.length > 1))),
    );
    for (const panel of this.panels) {
      panel.listen(() => this.changed(), (where, data) => this.tapped(where, data));
      this.stage.append(panel.element);
    }
    for (const { element } of this.sheets) this.stage.append(element);
    for (const panel of this.panels) panel.measure();
    this.changed();
  }

  /** @param {import("./state.js").View} view */
  show(view) {
    this.state.view = view;
    this.fill();
  }

  /** @param {() => void} change */
  set(change) {
    change();
    this.changed();
  }

  /** @param {number} epoch */
  goTo(epoch) {
    this.state.epoch = Math.min(Math.max(epoch, this.track.first), this.track.last);
    this.changed();
  }

  /** @param {boolean} on */
  play(on) {
    if (on && this.state.epoch >= this.track.last) this.state.epoch = this.track.first;
    this.state.playing = on;
    this.began = undefined;
    this.changed();
  }

  /** Something is to be drawn anew, once. */
  changed() {
    this.touched = true;
    this.moved = performance.now();
    this.ask();
  }

  ask() {
    if (this.wanted) return;
    this.wanted = true;
    requestAnimationFrame((now) => this.frame(now));
  }

  /** @param {number} now */
  frame(now) {
    this.wanted = false;
    const began = performance.now();
    if (this.state.playing) this.advance(now);
    const moving = this.state.playing || now - this.moved < REST;
    this.paint(moving);
    this.spent += performance.now() - began;
    this.frames += 1;
    if (this.state.playing) this.ask();
    else if (moving) {
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.rest(), REST + 20);
    }
  }

  /** Nothing moves: all pixels, the address, and what a screen reader says. */
  rest() {
    this.ask();
    const said = `#${this.state.written()}`;
    try {
      if (location.hash !== said) history.replaceState(null, "", said);
    } catch {
      // a notebook's frame has no address of its own
    }
    this.say();
  }

  /** @param {number} now */
  advance(now) {
    const { state, track } = this;
    const passed = Math.min((now - (this.began ?? now)) / 1000, 0.25);
    const least = this.still.matches ? 0.2 : 0;
    if (this.began === undefined) this.began = now;
    if (passed < least) return;
    if (this.painter instanceof Painter) this.painter.keepUp(now - this.began);
    this.began = now;
    state.epoch = track.after(state.epoch, passed * state.speed, WHOLE);
    if (state.epoch < track.last) return;
    if (state.loop) state.epoch = track.first;
    else {
      state.playing = false;
      this.changed();
    }
  }

  /** @param {boolean} moving */
  paint(moving) {
    const { state } = this;
    const look = this.chosenLook();
    if (look !== this.look || !this.painted) this.dress(look);
    this.painted = true;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const { touched, room: { width, height } } = this;
    if (!width || !height) return;
    for (const canvas of [this.painter.canvas, this.overlay.canvas]) {
      const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
    }
    this.touched = false;
    const sheets = state.shown.series ? this.sheets : [];
    if (touched) {
      for (const { element } of this.sheets) element.hidden = !state.shown.series;
      layOut([...this.panels, ...sheets], width, height);
    }
    for (const run of this.runs) run.goTo(state.epoch);
    if (!(this.painter instanceof Painter && this.painter.gl.isContextLost())) this.painter.paint(this.panels, state, look, ratio, moving);
    this.overlay.paint(this.panels, sheets, state, look, ratio);
    this.track.paint(state, look, ratio);
    if (this.panels.length) this.table.show(this.runs, state, look);
    this.read();
    if (touched) this.controls.update();
    if (touched || performance.now() - this.sliderAt > OFTEN) this.slide();
  }

  /** The slider's own value, which is not seen: the curve shows it. */
  slide() {
    this.sliderAt = performance.now();
    this.track.slider.value = String(this.state.epoch);
  }

  /** @param {import("./state.js").Look} look */
  dress(look) {
    this.look = look;
    const root = document.documentElement;
    for (const name of /** @type {const} */ (["ground", "ink", "quiet", "rim"])) root.style.setProperty(`--${name}`, look[name]);
    root.style.colorScheme = look.light ? "light" : "dark";
  }

  /** What is read off, where it stands. */
  read() {
    const [run] = this.runs;
    const readings = this.runs.map((each) => each.reading());
    const shown = String(Math.floor(this.runs.length > 1 ? this.state.epoch + 1e-6 : run.about.readAt[readings[0]]));
    const now = `${shown} ${readings}`;
    if (now === this.written) return;
    this.written = now;
    if (at("epoch").textContent !== shown) at("epoch").textContent = shown;
    const rows = this.runs.flatMap((each) => {
      const named = /** @type {[string, string][]} */ (each.readings().rows.map((/** @type {[string, string]} */ [name, text]) => [called(name), text]));
      return this.several && named.length ? [/** @type {[string, string]} */ ([each.about.of, ""]), ...named] : named;
    });
    const names = rows.map(([name]) => name).join("\n");
    if (names !== this.rowNames) {
      this.rowNames = names;
      if (this.several) at("read").tabIndex = 0; // of many runs there are more than are seen at once
      this.cells = rows.map(([name]) => [made("dt", name), made("dd")]);
      at("read").replaceChildren(...this.cells.map((cells, i) => {
        const row = made("div", "", rows[i][1] ? "" : "run");
        row.append(...cells);
        return row;
      }));
    }
    rows.forEach(([, text], i) => {
      const [, cell] = this.cells[i];
      if (cell.textContent !== text) cell.textContent = text;
    });
  }

  spoken() {
    const said = this.runs.map((run) => {
      const rows = run.readings().rows.map((/** @type {[string, string]} */ [name, text]) => `${called(name)} ${text}`);
      return [this.several && rows.length ? run.about.of : "", ...rows].filter(Boolean).join(", ");
    });
    return [`epoch ${at("epoch").textContent}`, ...said.filter(Boolean)].join(", ");
  }

  /** Tell a screen reader. */
  say() {
    const { probe } = this.state;
    const answers = probe && this.panels.length ? this.runs.filter((run) => run.network.classes).map((run) => `the probe's answer is ${className(run, this.look, run.probed(probe).answer)}`) : [];
    this.track.slider.setAttribute("aria-valuetext", this.spoken());
    const said = [this.spoken(), ...answers].join("; ");
    if (at("said").textContent !== said) at("said").textContent = said;
  }

  /**
   * A press on a sample follows it.
   * @param {Panel} panel
   * @param {[number, number]} data
   */
  tapped(panel, data) {
    const { run } = panel;
    const plane = panel.pointed();
    const reach = 12 / panel.place(plane).scale;
    const places = plane === "embedding" ? this.painter.places(run) : null;
    let [nearest, best] = [/** @type {number | null} */ (null), reach];
    for (let i = 0; i < run.count; i++) {
      const [x, y] = places ? [places[3 * i], places[3 * i + 1]] : run.sample(i);
      const away = Math.hypot(x - data[0], y - data[1]);
      if (away < best && this.state.showsClass(run.labels[i])) [nearest, best] = [i, away];
    }
    this.state.followed = nearest;
    this.changed();
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {boolean} plain
 */
function painterOn(canvas, plain) {
  try {
    if (!plain) return new Painter(canvas);
  } catch (error) {
    console.info(`a plain canvas is used: ${error}`);
  }
  return new PlainPainter(canvas);
}

/** @param {string} name */
function called(name) {
  return name.replace(/^held_out_/, "unseen ").replaceAll("_", " ");
}

seen(at("stage")).then(() => decoded(at("content").textContent ?? "")).then(({ about, array }) => {
  const page = new Page(about, array);
  Object.assign(window, { unspiral: page });
}).catch((/** @type {Error} */ error) => {
  at("failed").textContent = `This page cannot be shown here: ${error.message}`;
  throw error;
});
