// What the network makes of the place one points at: numbers, bars, the answer.
import { softargmax } from "./network.js";
import { decimal, percent } from "./numbers.js";

/**
 * An element with text in it, and never markup.
 * @param {string} kind
 * @param {string} text
 * @param {string} name its class
 */
export function made(kind, text = "", name = "") {
  const element = document.createElement(kind);
  element.textContent = text;
  if (name) element.className = name;
  return element;
}

/**
 * A class as the page calls it.
 * @param {import("./run.js").Run} run
 * @param {import("./state.js").Look} look
 * @param {number} k
 * @returns {string}
 */
export function className(run, look, k) {
  const named = look.names[k] ?? run.about.classNames[k] ?? "";
  return named.trim() ? named : String(k + 1);
}

/** What one may do where nothing was done yet. */
const ASKED = "Point anywhere, or drag: what would the network answer there?";
const FOLLOWED = "Press a point to follow it; drag to read off a place.";

/** @param {ArrayLike<number>} values */
function vector(values) {
  const shown = Array.from(values).slice(0, 4).map((value) => decimal(value));
  return `(${shown.join(", ")}${values.length > 4 ? ", …" : ""})`;
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export class ProbeTable {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    /** @type {{key: string, cells: HTMLElement[][], head: HTMLElement}[]} */
    this.tables = [];
  }

  /**
   * @param {import("./run.js").Run} run
   * @param {import("./state.js").Look} look
   * @param {boolean} named
   */
  tableOf(run, look, named) {
    const section = made("section", "", "probed");
    const head = made("p", "", "where");
    const table = made("table");
    const caption = made("caption", named ? run.name : "Scores of the probed place");
    const titles = made("tr");
    for (const title of ["class", "score s", "", "softargmax ỹ", "e on w"]) {
      const cell = made(title ? "th" : "td", title);
      if (title) cell.setAttribute("scope", "col");
      titles.append(cell);
    }
    const top = made("thead");
    top.append(titles);
    const body = made("tbody");
    const cells = Array.from({ length: run.network.classes }, (_, k) => {
      const row = made("tr");
      const name = made("th");
      name.setAttribute("scope", "row");
      const mark = made("span", "", k < 8 ? "mark" : "mark square");
      mark.style.background = look.classes[k];
      name.append(mark, className(run, look, k));
      const bar = made("span", "", "bar");
      bar.style.background = look.classes[k];
      const lane = made("td", "", "lane");
      lane.append(bar);
      const [score, share, along] = [made("td"), made("td"), made("td")];
      row.append(name, score, lane, share, along);
      body.append(row);
      return [row, score, bar, share, along];
    });
    table.append(caption, top, body);
    section.append(head, ...(run.network.classes ? [table] : []));
    return { key: `${run.name} ${look.ground}`, cells, head, section };
  }

  /**
   * @param {import("./run.js").Run[]} runs
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   */
  show(runs, state, look) {
    const { probe } = state;
    if (!probe) {
      if (this.tables.length || !this.element.textContent) {
        this.tables = [];
        this.element.replaceChildren(made("p", runs.some((run) => run.network.classes) ? ASKED : FOLLOWED, "hint"));
      }
      return;
    }
    if (this.tables.length !== runs.length || this.tables[0].key !== `${runs[0].name} ${look.ground}`) {
      const made_ = runs.map((run) => this.tableOf(run, look, runs.length > 1));
      this.element.replaceChildren(...made_.map(({ section }) => section));
      this.tables = made_;
    }
    runs.forEach((run, i) => this.fill(this.tables[i], run, run.probed(probe), look));
  }

  /**
   * @param {{cells: HTMLElement[][], head: HTMLElement}} table
   * @param {import("./run.js").Run} run
   * @param {import("./run.js").Probed} found
   * @param {import("./state.js").Look} look
   */
  fill({ cells, head }, run, { x, place, scores, answer }, look) {
    const parts = [x ? `x = ${vector(x)}` : "", `e = ${vector(place)}`, scores.length ? `answer ŷ: ${className(run, look, answer)}` : ""];
    write(head, parts.filter(Boolean).join(", "));
    const shares = softargmax(scores);
    const widest = Math.max(...scores.map(Math.abs), 1e-9);
    run.network.head().forEach(([u, v], k) => {
      const [row, score, bar, share, along] = cells[k];
      const length = Math.hypot(u, v);
      row.classList.toggle("answer", k === answer);
      write(score, decimal(scores[k]));
      const reach = (46 * scores[k]) / widest;
      bar.style.left = `${50 + Math.min(0, reach)}%`;
      bar.style.width = `${Math.abs(reach)}%`;
      write(share, percent(shares[k]));
      write(along, decimal(length ? (u * place[0] + v * place[1]) / length : 0));
    });
  }
}
