// The planes on the graphics card: ground and regions, the grid, the points.
import { bindAttributes, numbersOf, programOf, targetOf } from "./gl.js";
import { gridIn, placeIn, pointRadius, tickStep } from "./place.js";
import { networkShader } from "./shaders.js";

/** @typedef {ReturnType<typeof prepared>} Prepared */

/**
 * What a run needs on the card.
 * @param {WebGL2RenderingContext} gl
 * @param {import("./run.js").Run} run
 */
function prepared(gl, run) {
  const { network } = run;
  const sizes = `#define INPUTS ${network.inputs}\n#define WIDTH ${network.width}\n#define CLASSES ${network.classes}\n`;
  const computes = sizes + networkShader(network);
  const fixed = (/** @type {Float32Array} */ values) => {
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    return buffer;
  };
  const inputs = numbersOf(gl, run.x.length);
  inputs.set(run.x);
  return {
    measure: programOf(gl, computes + GLSL.measure, GLSL.nothing, ["found"]),
    map: run.planar ? programOf(gl, GLSL["cover.vert"], computes + GLSL["map.frag"]) : null,
    ground: programOf(gl, GLSL["cover.vert"], sizes + GLSL["ground.frag"]),
    point: programOf(gl, sizes + GLSL["point.vert"], GLSL["point.frag"]),
    weights: numbersOf(gl, network.size),
    inputs,
    found: fixed(new Float32Array(3 * run.count)),
    x: fixed(run.planar ? new Float32Array(run.x) : new Float32Array(2 * run.count)),
    labels: fixed(new Float32Array(run.labels)),
    epoch: NaN,
  };
}

export class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
    if (!gl) throw new Error("this browser has no WebGL 2");
    this.gl = gl;
    this.canvas = canvas;
    /** @type {Map<import("./run.js").Run, Prepared>} */
    this.runs = new Map();
    this.line = programOf(gl, GLSL["line.vert"], GLSL["line.frag"]);
    this.vertices = gl.createBuffer();
    this.caught = gl.createTransformFeedback();
    this.bare = gl.createVertexArray();
    /** @type {Map<string, {mapped: ReturnType<typeof targetOf>, coverage: ReturnType<typeof targetOf>}>} */
    this.targets = new Map();
    /** Share of the pixels at which regions of the input plane are computed while something moves. */
    this.fineness = 1 / 4;
  }

  /**
   * @param {import("./run.js").Run} run
   * @returns {Prepared}
   */
  on(run) {
    const known = this.runs.get(run) ?? prepared(this.gl, run);
    this.runs.set(run, known);
    return known;
  }

  /**
   * What a panel is drawn into on the way.
   * @param {import("./panel.js").Panel} panel
   */
  targetsOf({ key }) {
    const { gl } = this;
    const made = () => ({ mapped: targetOf(gl, gl.RGBA8, gl.LINEAR), coverage: targetOf(gl, gl.RG8, gl.NEAREST) });
    const known = this.targets.get(key) ?? made();
    this.targets.set(key, known);
    return known;
  }

  /**
   * The run's points at its epoch, computed once.
   * @param {import("./run.js").Run} run
   */
  measure(run) {
    const { gl } = this;
    const on = this.on(run);
    if (on.epoch === run.epoch) return on;
    on.epoch = run.epoch;
    on.weights.set(run.network.flat);
    gl.useProgram(on.measure.program);
    textures(gl, [[on.measure.at.weights, on.weights.texture], [on.measure.at.inputs, on.inputs.texture]]);
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, this.caught);
    gl.bindBufferBase(gl.TRANSFORM_FEEDBACK_BUFFER, 0, on.found);
    gl.enable(gl.RASTERIZER_DISCARD);
    gl.bindVertexArray(this.bare); // a buffer that is written may not be one that is read as well
    gl.beginTransformFeedback(gl.POINTS);
    gl.drawArrays(gl.POINTS, 0, run.count);
    gl.endTransformFeedback();
    gl.disable(gl.RASTERIZER_DISCARD);
    gl.bindBufferBase(gl.TRANSFORM_FEEDBACK_BUFFER, 0, null);
    gl.bindTransformFeedback(gl.TRANSFORM_FEEDBACK, null);
    gl.bindVertexArray(null);
    return on;
  }

  /**
   * Where the run's points are, read back: (N, 3), place and answer.
   * @param {import("./run.js").Run} run
   */
  places(run) {
    const { gl } = this;
    const found = new Float32Array(3 * run.count);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.measure(run).found);
    gl.getBufferSubData(gl.ARRAY_BUFFER, 0, found);
    return found;
  }

  /**
   * Draw some panels.
   * @param {import("./panel.js").Panel[]} panels
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {number} ratio device pixels to one of the page's
   * @param {boolean} moving
   */
  paint(panels, state, look, ratio, moving) {
    const { gl, canvas } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(...look.rgb.ground, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    for (const panel of panels) {
      const size = { width: Math.round(panel.width * ratio), height: Math.round(panel.height * ratio) };
      const [left, bottom] = [Math.round(panel.left * ratio), canvas.height - Math.round(panel.top * ratio) - size.height];
      const unit = panel.unit * ratio;
      const on = this.measure(panel.run);
      const grid = state.shown.grid && panel.run.about.segments.length > 0;
      if (grid) this.paintLines(panel, gridIn(panel, size), size, unit);
      const mapped = this.paintMap(panel, on, state, look, size, moving ? this.fineness : 1);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.viewport(left, bottom, size.width, size.height);
      gl.enable(gl.SCISSOR_TEST);
      gl.scissor(left, bottom, size.width, size.height);
      this.paintGround(panel, on, state, look, size, unit, mapped, grid);
      if (state.shown.points) this.paintPoints(panel, on, state, look, size, unit);
      gl.disable(gl.SCISSOR_TEST);
    }
  }

  /**
   * How much of each line's pixels is covered, each pixel once: lines are translucent, and their pieces overlap.
   * @param {import("./panel.js").Panel} panel
   * @param {Float32Array} vertices
   * @param {{width: number, height: number}} size
   * @param {number} unit
   */
  paintLines(panel, vertices, size, unit) {
    const { gl, line } = this;
    this.targetsOf(panel).coverage.into(size.width, size.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.useProgram(line.program);
    gl.uniform2f(line.at.size, size.width, size.height);
    gl.uniform2f(line.at.widths, Math.max(1.4 * unit, 0.9), Math.max(2.6 * unit, 1.5));
    bindAttributes(gl, this.vertices, 3, [[0, 3, 0], [1, 3, 3]], 1);
    gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.STREAM_DRAW);
    gl.disableVertexAttribArray(2);
    gl.enable(gl.BLEND);
    gl.blendEquation(gl.MAX);
    gl.blendFunc(gl.ONE, gl.ONE);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, vertices.length / 3 - 1);
    gl.blendEquation(gl.FUNC_ADD);
    gl.disable(gl.BLEND);
  }

  /**
   * The input plane's regions, where it is the input plane that is shown.
   * @param {import("./panel.js").Panel} panel
   * @param {Prepared} on
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} fineness
   */
  paintMap(panel, on, state, look, size, fineness) {
    const { gl } = this;
    if (!on.map || !state.shown.regions || panel.morph() > 0) return false;
    const { program, at } = on.map;
    const small = { width: Math.ceil(size.width * fineness), height: Math.ceil(size.height * fineness) };
    const { origin, scale } = placeIn(panel.run, "input", small, panel.zoom);
    this.targetsOf(panel).mapped.into(small.width, small.height);
    gl.useProgram(program);
    textures(gl, [[at.weights, on.weights.texture]]);
    gl.uniform2f(at.size, small.width, small.height);
    gl.uniform2f(at.origin, ...origin);
    gl.uniform1f(at.scale, scale);
    gl.uniform3fv(at.regions, look.rgb.regions);
    gl.uniform3f(at.ink, ...look.rgb.ink);
    gl.uniform1f(at.edge, fineness === 1 ? 1 : 0);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    return true;
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {Prepared} on
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} unit
   * @param {boolean} mapped
   * @param {boolean} grid
   */
  paintGround(panel, on, state, look, size, unit, mapped, grid) {
    const { gl } = this;
    const { program, at } = on.ground;
    const shown = panel.morph() > 0 ? "embedding" : "input";
    const { origin, scale } = placeIn(panel.run, shown, size, panel.zoom);
    gl.useProgram(program);
    const { mapped: map, coverage } = this.targetsOf(panel);
    textures(gl, [[at.map, map.texture], [at.coverage, coverage.texture]]);
    gl.uniform2f(at.size, size.width, size.height);
    gl.uniform2f(at.origin, ...origin);
    gl.uniform1f(at.scale, scale);
    gl.uniform1f(at.unit, unit);
    gl.uniform1f(at.tick, tickStep(panel.half() / panel.zoom.k) * scale);
    for (const name of /** @type {const} */ (["ground", "ink", "quiet"])) gl.uniform3f(at[name], ...look.rgb[name]);
    gl.uniform3fv(at.heads, panel.run.network.head().flat());
    gl.uniform3fv(at.regions, look.rgb.regions);
    gl.uniform1f(at.decided, state.shown.regions ? panel.answered() : 0);
    gl.uniform1f(at.mapped, mapped ? 1 : 0);
    gl.uniform1f(at.grid, grid ? 1 : 0);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {Prepared} on
   * @param {import("./state.js").State} state
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} unit
   */
  paintPoints(panel, on, state, look, size, unit) {
    const { gl } = this;
    const { run, zoom } = panel;
    const { program, at } = on.point;
    gl.useProgram(program);
    bindAttributes(gl, on.found, 3, [[0, 3, 0]]);
    bindAttributes(gl, on.x, 2, [[1, 2, 0]]);
    bindAttributes(gl, on.labels, 1, [[2, 1, 0]]);
    const input = run.planar ? placeIn(run, "input", size, zoom) : null;
    const embedding = placeIn(run, "embedding", size, zoom);
    gl.uniform2f(at.size, size.width, size.height);
    gl.uniform3f(at.from, ...(input?.origin ?? [0, 0]), input?.scale ?? 0);
    gl.uniform3f(at.to, ...embedding.origin, embedding.scale);
    gl.uniform1f(at.morph, panel.morph());
    gl.uniform1f(at.radius, Math.max(2, look.points * pointRadius(run.count) * unit * Math.min(zoom.k ** 0.5, 3)));
    gl.uniform1f(at.mistakes, state.shown.mistakes ? 1 : 0);
    gl.uniform1fv(at.classes, Array.from({ length: run.network.classes }, (_, k) => Number(state.showsClass(k))));
    gl.uniform3fv(at.colours, look.rgb.classes);
    gl.uniform3f(at.rim, ...look.rgb.rim);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArrays(gl.POINTS, 0, run.count);
    gl.disable(gl.BLEND);
  }
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {[WebGLUniformLocation | null, WebGLTexture | null][]} bound
 */
function textures(gl, bound) {
  bound.forEach(([place, texture], unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(place, unit);
  });
  gl.activeTexture(gl.TEXTURE0);
}
