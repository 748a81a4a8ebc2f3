// One plane of one run on the stage: where it is, and what fingers, mice and keys do to it.
import { dataAt, placeIn } from "./place.js";

/** Pixels that a press may move and still be no drag. */
const STILL = 4;

export class Panel {
  /**
   * @param {import("./run.js").Run} run
   * @param {"input" | "embedding" | "morph"} plane
   * @param {import("./state.js").State} state
   * @param {string} title
   */
  constructor(run, plane, state, title) {
    this.run = run;
    this.plane = plane;
    this.state = state;
    this.key = `${run.name} ${plane}`;
    this.left = 0;
    this.top = 0;
    this.width = 1;
    this.height = 1;
    /** Pixels to 1/1080 of it. */
    this.unit = 1;
    this.element = document.createElement("div");
    this.element.className = "panel";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "application");
    this.element.setAttribute("aria-label", `${title}. Arrow keys move the probe, plus and minus zoom.`);
    const named = document.createElement("span");
    named.className = "title";
    named.textContent = title;
    this.element.append(named);
    /** How far from the left and from the top its title goes. */
    this.titled = { width: 0, height: 0 };
  }

  /** Ask how large the title is. */
  measure() {
    const named = /** @type {HTMLElement} */ (this.element.firstElementChild);
    this.titled = { width: named.offsetLeft + named.offsetWidth + 8, height: named.offsetTop + named.offsetHeight };
  }

  get zoom() {
    return this.state.zoom;
  }

  /** How far from the input, 0, to the embedding, 1. */
  morph() {
    return this.plane === "morph" ? this.state.morph : Number(this.plane === "embedding");
  }

  /** Half of the view, in the units of what is shown. */
  half() {
    return this.morph() > 0 ? this.run.about.view.half : this.run.about.input.half;
  }

  /** How far regions and class vectors are shown: half-way between the planes they say nothing. */
  answered() {
    const t = this.morph();
    return this.run.decided() * (t === 0 ? 1 : Math.min(Math.max((t - 0.9) / 0.1, 0), 1));
  }

  /** The plane in which one points. */
  pointed() {
    return this.morph() < 0.5 ? /** @type {const} */ ("input") : /** @type {const} */ ("embedding");
  }

  /** @param {"input" | "embedding"} plane */
  place(plane) {
    return placeIn(this.run, plane, this, this.zoom);
  }

  /**
   * Data under a place of the window.
   * @param {{clientX: number, clientY: number}} event
   */
  dataUnder({ clientX, clientY }) {
    const box = this.element.getBoundingClientRect();
    return dataAt(this.place(this.pointed()), [clientX - box.left, box.bottom - clientY]);
  }

  /**
   * Zoom by a factor, what lies at a place of the panel (from its bottom left) staying there.
   * @param {number} factor
   * @param {[number, number]} at
   */
  zoomBy(factor, at = [this.width / 2, this.height / 2]) {
    const { zoom } = this;
    const k = Math.min(Math.max(zoom.k * factor, 0.2), 1000);
    const room = Math.min(this.width, this.height) / 2;
    const [dx, dy] = [(at[0] - this.width / 2) / room, (at[1] - this.height / 2) / room];
    this.state.zoom = { k, x: zoom.x + dx / zoom.k - dx / k, y: zoom.y + dy / zoom.k - dy / k };
  }

  /** @param {number} dx @param {number} dy pixels */
  panBy(dx, dy) {
    const { zoom } = this;
    const room = (Math.min(this.width, this.height) / 2) * zoom.k;
    this.state.zoom = { k: zoom.k, x: zoom.x - dx / room, y: zoom.y + dy / room };
  }

  /**
   * One finger or the left button moves the probe; two fingers, the wheel or the right button zoom and pan.
   * @param {() => void} changed
   * @param {(panel: Panel, data: [number, number]) => void} tapped
   */
  listen(changed, tapped) {
    const { element } = this;
    /** @type {Map<number, PointerEvent>} */
    const down = new Map();
    let moved = 0;
    const probe = (/** @type {PointerEvent} */ event) => {
      this.state.probe = { plane: this.pointed(), at: this.dataUnder(event) };
      changed();
    };
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      down.set(event.pointerId, event);
      moved = 0;
      if (down.size === 1 && event.button === 0 && !event.shiftKey) probe(event);
    });
    element.addEventListener("pointermove", (event) => {
      const before = down.get(event.pointerId);
      if (!before) return;
      const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
      moved += Math.hypot(dx, dy);
      down.set(event.pointerId, event);
      if (down.size === 2) {
        const [other] = [...down.values()].filter((each) => each.pointerId !== event.pointerId);
        const apart = (/** @type {PointerEvent} */ e) => Math.hypot(e.clientX - other.clientX, e.clientY - other.clientY);
        const box = element.getBoundingClientRect();
        const middle = /** @type {[number, number]} */ ([(event.clientX + other.clientX) / 2 - box.left, box.bottom - (event.clientY + other.clientY) / 2]);
        this.panBy(dx / 2, dy / 2); // first: what was between the fingers is what is zoomed about
        this.zoomBy(apart(event) / Math.max(apart(before), 1), middle);
        changed();
      } else if (before.buttons & 2 || event.shiftKey) {
        this.panBy(dx, dy);
        changed();
      } else if (event.buttons & 1) probe(event);
    });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      element.addEventListener(name, (event) => {
        if (down.delete(event.pointerId) && name === "pointerup" && moved < STILL && event.button === 0) tapped(this, this.dataUnder(event));
      });
    }
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    element.addEventListener("dblclick", () => {
      this.state.zoom = { x: 0, y: 0, k: 1 };
      changed();
    });
    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      this.zoomBy(Math.exp(-event.deltaY / 400), [event.clientX - box.left, box.bottom - event.clientY]);
      changed();
    }, { passive: false });
    element.addEventListener("keydown", (event) => this.pressed(event, changed));
  }

  /**
   * @param {KeyboardEvent} event
   * @param {() => void} changed
   */
  pressed(event, changed) {
    const ways = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] });
    const way = ways[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (way) {
      const plane = this.pointed();
      const from = this.state.probe?.plane === plane ? this.state.probe.at : [0, 0];
      const step = ((event.shiftKey ? 0.1 : 0.02) * this.half()) / this.zoom.k;
      this.state.probe = { plane, at: [from[0] + step * way[0], from[1] + step * way[1]] };
    } else if (event.key === "+" || event.key === "=") this.zoomBy(1.25);
    else if (event.key === "-") this.zoomBy(0.8);
    else if (event.key === "Escape" && this.state.probe) this.state.probe = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
    changed();
  }
}

/**
 * Panels laid out in rows on a stage, as large as they can be.
 * @param {{left: number, top: number, width: number, height: number, unit: number, element: HTMLElement}[]} panels
 * @param {number} width
 * @param {number} height
 */
export function layOut(panels, width, height) {
  const side = (/** @type {number} */ columns) => Math.min(width / columns / 1.05, height / Math.ceil(panels.length / columns));
  let columns = 1;
  for (let more = 2; more <= panels.length; more++) if (side(more) > side(columns)) columns = more;
  const rows = Math.ceil(panels.length / columns);
  panels.forEach((panel, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    panel.left = Math.round((column * width) / columns);
    panel.top = Math.round((row * height) / rows);
    panel.width = Math.round(((column + 1) * width) / columns) - panel.left - (column < columns - 1 ? 2 : 0);
    panel.height = Math.round(((row + 1) * height) / rows) - panel.top - (row < rows - 1 ? 2 : 0);
    panel.unit = Math.max(Math.min(panel.width, panel.height) / 1080, 0.45);
    const [x, y] = [100 / width, 100 / height]; // in shares: paper is not as wide as the screen
    Object.assign(panel.element.style, {
      left: `${x * panel.left}%`, top: `${y * panel.top}%`, width: `${x * panel.width}%`, height: `${y * panel.height}%`,
    });
  });
}
