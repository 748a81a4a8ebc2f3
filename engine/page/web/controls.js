// Buttons, switches and keys.
import { className, made } from "./probe.js";
import { PARTS, VIEWS } from "./state.js";

const CALLED = {
  points: "points", grid: "grid", regions: "regions", vectors: "class vectors", mistakes: "mistakes", names: "names", series: "series",
  embedding: "embedding", input: "input", both: "both", morph: "morph",
};

/**
 * A button that is pressed or not.
 * @param {string} text
 * @param {() => void} act
 */
function button(text, act) {
  const element = /** @type {HTMLButtonElement} */ (made("button", text));
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

export class Controls {
  /**
   * @param {import("./main.js").Page} page
   */
  constructor(page) {
    const { state } = page;
    const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
    this.page = page;
    this.play = button("Play", () => page.play(!state.playing));
    this.back = button("Back", () => page.goTo(page.track.stop(state.epoch, -1)));
    this.next = button("Next", () => page.goTo(page.track.stop(state.epoch, 1)));
    this.loop = button("Loop", () => page.set(() => (state.loop = !state.loop)));
    this.back.title = "the stop before (←)";
    this.next.title = "the next stop (→)";
    this.speed = /** @type {HTMLSelectElement} */ (made("select"));
    this.speed.setAttribute("aria-label", "Speed");
    for (const speed of [0.25, 0.5, 1, 2, 4]) {
      const option = /** @type {HTMLOptionElement} */ (made("option", `× ${speed}`));
      option.value = String(speed);
      this.speed.append(option);
    }
    this.speed.addEventListener("change", () => page.set(() => (state.speed = Number(this.speed.value))));
    at("playing").append(this.play, this.back, this.next, this.loop, this.speed);

    const planar = page.runs.every((run) => run.planar);
    this.views = VIEWS.filter((view) => planar || view === "embedding").map((view) => {
      const element = button(CALLED[view], () => page.show(view));
      return /** @type {const} */ ([view, element]);
    });
    if (this.views.length > 1) at("views").append(...this.views.map(([, element]) => element));
    this.morph = /** @type {HTMLInputElement} */ (at("morph"));
    this.morph.addEventListener("input", () => page.set(() => (state.morph = Number(this.morph.value))));

    const answers = page.runs.some((run) => run.network.classes);
    const planes = page.runs.some((run) => !run.about.planeless);
    const there = { points: planes, names: planes, series: planes && page.sheets.length > 0, grid: page.runs.some((run) => run.lined), regions: answers, vectors: answers, mistakes: answers };
    this.parts = PARTS.filter((part) => there[part]).map((part) => {
      const element = button(CALLED[part], () => page.set(() => (state.shown[part] = !state.shown[part])));
      return /** @type {const} */ ([part, element]);
    });
    at("parts").append(...this.parts.map(([, element]) => element));

    const [run] = page.runs;
    this.classes = Array.from({ length: Math.max(...page.runs.map((each) => each.classes)) }, (_, k) => {
      const element = button("", () => page.set(() => this.choose(k)));
      const mark = made("span", "", k < 8 ? "mark" : "mark square");
      element.append(mark, className(run, page.look, k));
      element.title = className(run, page.look, k);
      return /** @type {const} */ ([mark, element]);
    });
    at("classes").append(...this.classes.map(([, element]) => element));
    this.theme = button("", () => page.set(() => (state.theme = page.look.light ? "dark" : "light")));
    this.home = button("Whole view", () => page.set(() => (state.zoom = { x: 0, y: 0, k: 1 })));
    this.forget = button("No probe", () => page.set(() => { state.probe = null; state.followed = null; }));
    at("more").append(...(planes ? [this.home, this.forget] : []), ...(page.looks.length > 1 ? [this.theme] : []));

    const left = page.runs.flatMap((run) => run.about.leftOut ?? []);
    const said = left.length ? [`Recorded, but not on this page: ${left.join(", ")}.`] : [];
    for (const { about } of page.runs) if (about.unfinished) said.push(`${page.several ? `${about.of}: ` : ""}${about.unfinished}.`);
    at("choices").append(...said.map((text) => made("p", text[0].toUpperCase() + text.slice(1), "hint")));
    const stops = at("stops");
    for (const { name, epoch } of page.track.beats) stops.append(button(name, () => page.goTo(epoch)));
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {number} k the class whose points are shown alone; a further one besides; none: all */
  choose(k) {
    const { state } = this.page;
    const chosen = state.classes ?? [];
    const now = chosen.includes(k) ? chosen.filter((each) => each !== k) : [...chosen, k].sort((a, b) => a - b);
    state.classes = now.length && now.length < this.classes.length ? now : null;
  }

  /** Show what the state is. */
  update() {
    const { page } = this;
    const { state, look } = page;
    const pressed = (/** @type {HTMLElement} */ element, /** @type {boolean} */ on) => {
      if (element.getAttribute("aria-pressed") !== String(on)) element.setAttribute("aria-pressed", String(on));
    };
    const text = state.playing ? "Pause" : "Play";
    if (this.play.textContent !== text) this.play.textContent = text;
    pressed(this.loop, state.loop);
    for (const [view, element] of this.views) pressed(element, state.view === view);
    for (const [part, element] of this.parts) pressed(element, state.shown[part]);
    this.classes.forEach(([mark, element], k) => {
      pressed(element, state.classes?.includes(k) ?? false);
      mark.style.background = look.classes[k];
    });
    this.speed.value = String(state.speed);
    /** @type {HTMLElement} */ (this.morph.parentElement).hidden = state.view !== "morph";
    this.morph.value = String(state.morph);
    const theme = look.light ? "Dark" : "Light";
    if (this.theme.textContent !== theme) this.theme.textContent = theme;
    this.forget.disabled = !state.probe && state.followed === null;
    this.home.disabled = state.zoom.k === 1 && !state.zoom.x && !state.zoom.y;
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { page } = this;
    const { state } = page;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const own = ["INPUT", "SELECT"].includes(target.tagName);
    const other = own && target !== page.track.slider; // its ends are its own
    if (event.key === " " && target.tagName !== "BUTTON" && target.tagName !== "SELECT") page.play(!state.playing);
    else if (["PageDown", "n"].includes(event.key) || (event.key === "ArrowRight" && !own)) page.goTo(page.track.stop(state.epoch, 1));
    else if (["PageUp", "p"].includes(event.key) || (event.key === "ArrowLeft" && !own)) page.goTo(page.track.stop(state.epoch, -1));
    else if (event.key === "Escape" && parent !== window) parent.postMessage("unspiral: leave", "*"); // a deck's keys again
    else if (event.key === "Home" && !other) page.goTo(page.track.first);
    else if (event.key === "End" && !other) page.goTo(page.track.last);
    else if (event.key === "l") page.set(() => (state.loop = !state.loop));
    else if (/^[1-4]$/.test(event.key) && this.views[Number(event.key) - 1]) page.show(this.views[Number(event.key) - 1][0]);
    else return;
    event.preventDefault();
  }
}
