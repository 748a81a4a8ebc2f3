// The planes on the graphics card: ground and regions, the grid, the points.
import { Lines, STYLES, linesIn, regionsIn } from "./drawing.js";
import { BLOCK, attributesOf, blockOf, numbersOf, programOf, targetOf } from "./gl.js";
import { Network } from "./network.js";
import { placeIn, pointRadius } from "./place.js";
import { networkShader } from "./shaders.js";

/** @typedef {ReturnType<typeof prepared>} Prepared */

/**
 * What a run needs on the card.
 * @param {WebGL2RenderingContext} gl
 * @param {import("./run.js").Run} run
 */
function prepared(gl, run) {
  const network = run.network instanceof Network ? run.network : null;
  const sizes = `#define INPUTS ${network?.inputs}\n#define WIDTH ${network?.width}\n#define CLASSES ${run.classes}\n`;
  const computes = network ? sizes + networkShader(network) : "";
  const fixed = (/** @type {Float32Array} */ values) => {
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    return buffer;
  };
  const inputs = numbersOf(gl, run.x.length);
  inputs.set(run.x);
  const found = fixed(new Float32Array(3 * run.count));
  const x = fixed(run.planar ? new Float32Array(run.x) : new Float32Array(2 * run.count));
  const labels = fixed(new Float32Array(run.labels));
  return {
    measure: network ? programOf(gl, computes + GLSL.measure, GLSL.nothing, ["found"]) : null,
    map: network && run.planar ? programOf(gl, GLSL["cover.vert"], computes + GLSL["map.frag"]) : null,
    point: programOf(gl, sizes + GLSL["point.vert"], GLSL["point.frag"]),
    weights: !network ? null : network.size <= BLOCK ? blockOf(gl, network.size) : numbersOf(gl, network.size),
    inputs,
    found,
    points: attributesOf(gl, [[found, 3], [x, 2], [labels, 1]]),
    /** What of a point's looks was told to its program. */
    dressed: "",
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
    this.flat = programOf(gl, GLSL["flat.vert"], GLSL["flat.frag"]);
    this.paste = programOf(gl, GLSL["cover.vert"], GLSL["paste.frag"]);
    this.corners = gl.createBuffer();
    this.vertices = gl.createBuffer();
    this.polygons = attributesOf(gl, [[this.corners, 2]]);
    this.strips = attributesOf(gl, [[this.vertices, 4]]);
    this.lines = new Lines();
    /** What of lines' looks was told to their program. */
    this.dressed = "";
    /** @type {number[]} pixels */
    this.widths = [];
    this.caught = gl.createTransformFeedback();
    this.bare = gl.createVertexArray();
    /** @type {Map<string, ReturnType<typeof targetOf>>} what panels' answers are computed into */
    this.maps = new Map();
    /** Share of the pixels at which regions of the input plane are computed while something moves. */
    this.fineness = 1 / 4;
  }

  /**
   * Compute regions of the input plane as finely as frames that take so long allow: some thirty a second.
   * @param {number} milliseconds
   */
  keepUp(milliseconds) {
    const finer = milliseconds > 34 ? 0.85 : milliseconds < 22 ? 1.05 : 1;
    this.fineness = Math.min(Math.max(this.fineness * finer, 1 / 16), 1);
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
   * The run's points at its epoch, computed once.
   * @param {import("./run.js").Run} run
   */
  measure(run) {
    const { gl } = this;
    const on = this.on(run);
    if (on.epoch === run.epoch) return on;
    on.epoch = run.epoch;
    if (!on.measure || !on.weights || !(run.network instanceof Network)) {
      gl.bindBuffer(gl.ARRAY_BUFFER, on.found);
      gl.bufferSubData(gl.ARRAY_BUFFER, 0, run.places());
      return on;
    }
    on.weights.set(run.network.flat);
    gl.useProgram(on.measure.program);
    textures(gl, [[on.measure.at.inputs, on.inputs.texture], ...weightsFor(on, on.measure)]);
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
    gl.clearColor(...look.rgb.ground, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    for (const panel of panels) {
      const size = { width: Math.round(panel.width * ratio), height: Math.round(panel.height * ratio) };
      const [left, bottom] = [Math.round(panel.left * ratio), canvas.height - Math.round(panel.top * ratio) - size.height];
      const unit = panel.unit * ratio;
      const on = this.measure(panel.run);
      const decided = state.shown.regions ? panel.answered() : 0;
      const map = on.map && decided && panel.morph() === 0 ? this.mapOf(panel, on, look, size, moving ? this.fineness : 1) : null;
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.viewport(left, bottom, size.width, size.height);
      gl.enable(gl.SCISSOR_TEST);
      gl.scissor(left, bottom, size.width, size.height);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
      const regions = decided && panel.morph() > 0 ? regionsIn(panel, size) : [];
      if (map) this.paintMap(map, look, size, decided, moving && this.fineness < 1);
      if (regions.length) this.paintRegions(regions, look, size, decided);
      linesIn(this.lines, panel, size, unit, decided === 1 ? regions : [], state.shown.grid);
      this.paintLines(look, size, unit);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      if (state.shown.points) this.paintPoints(panel, on, state, look, size, unit);
      gl.disable(gl.BLEND);
      gl.disable(gl.SCISSOR_TEST);
    }
  }

  /**
   * The answers of the whole network all over the input plane, as a picture.
   * @param {import("./panel.js").Panel} panel
   * @param {Prepared} on
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} fineness
   */
  mapOf(panel, on, look, size, fineness) {
    const { gl } = this;
    const shader = /** @type {NonNullable<typeof on.map>} */ (on.map);
    const { program, at } = shader;
    const target = this.maps.get(panel.key) ?? targetOf(gl, gl.RGBA8, gl.LINEAR);
    this.maps.set(panel.key, target);
    const small = { width: Math.ceil(size.width * fineness), height: Math.ceil(size.height * fineness) };
    const { origin, scale } = placeIn(panel.run, "input", small, panel.zoom);
    target.into(small.width, small.height);
    gl.useProgram(program);
    textures(gl, weightsFor(on, shader));
    gl.uniform2f(at.size, small.width, small.height);
    gl.uniform2f(at.origin, ...origin);
    gl.uniform1f(at.scale, scale);
    gl.uniform3fv(at.regions, look.rgb.regions);
    gl.bindVertexArray(this.bare);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    return target;
  }

  /**
   * @param {ReturnType<typeof targetOf>} map
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} decided
   * @param {boolean} coarse edges are not shown then
   */
  paintMap(map, look, size, decided, coarse) {
    const { gl } = this;
    const { program, at } = this.paste;
    gl.useProgram(program);
    textures(gl, [[at.map, map.texture]]);
    gl.uniform2f(at.size, size.width, size.height);
    gl.uniform1f(at.decided, decided);
    gl.uniform3f(at.ink, ...look.rgb.ink);
    gl.uniform1f(at.edge, coarse ? 0 : 1);
    gl.bindVertexArray(this.bare);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /**
   * @param {[number, number][][]} regions
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} decided
   */
  paintRegions(regions, look, size, decided) {
    const { gl } = this;
    const { program, at } = this.flat;
    gl.useProgram(program);
    gl.uniform2f(at.size, size.width, size.height);
    gl.bindVertexArray(this.polygons);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(regions.flat(2)), gl.STREAM_DRAW);
    let first = 0;
    regions.forEach((polygon, k) => {
      if (!polygon.length) return;
      const [red, green, blue] = rgbOf(look.rgb.regions, k);
      gl.uniform4f(at.shade, red, green, blue, decided);
      gl.drawArrays(gl.TRIANGLE_FAN, first, polygon.length);
      first += polygon.length;
    });
  }

  /**
   * @param {import("./state.js").Look} look
   * @param {{width: number, height: number}} size
   * @param {number} unit
   */
  paintLines(look, size, unit) {
    const { gl } = this;
    const { program, at } = this.line;
    const { ink, quiet } = look.rgb;
    gl.useProgram(program);
    gl.uniform2f(at.size, size.width, size.height);
    const dressed = `${look.ground} ${unit}`;
    if (dressed !== this.dressed) {
      this.dressed = dressed;
      this.widths = STYLES.map(([width]) => Math.max(width * unit, 1));
      gl.uniform4fv(at.widths, this.widths);
      gl.uniform4fv(at.shades, STYLES.flatMap(([, alpha], kind) => [...(kind === 2 ? quiet : ink), alpha]));
    }
    gl.bindVertexArray(this.strips);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.vertices);
    const strip = this.lines.strip(this.widths);
    gl.bufferData(gl.ARRAY_BUFFER, strip, gl.STREAM_DRAW);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, strip.length / 4);
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
    gl.bindVertexArray(on.points);
    const input = run.planar ? placeIn(run, "input", size, zoom) : null;
    const embedding = placeIn(run, "embedding", size, zoom);
    gl.uniform2f(at.size, size.width, size.height);
    gl.uniform3f(at.from, input?.origin[0] ?? 0, input?.origin[1] ?? 0, input?.scale ?? 0);
    gl.uniform3f(at.to, embedding.origin[0], embedding.origin[1], embedding.scale);
    gl.uniform1f(at.morph, panel.morph());
    gl.uniform1f(at.radius, Math.max(2, look.points * pointRadius(run.count) * unit * Math.min(zoom.k ** 0.5, 3)));
    const dressed = `${look.ground} ${state.shown.mistakes} ${state.classes}`;
    if (dressed !== on.dressed) {
      on.dressed = dressed;
      gl.uniform1f(at.mistakes, state.shown.mistakes ? 1 : 0);
      gl.uniform1fv(at.classes, Array.from({ length: run.classes }, (_, k) => Number(state.showsClass(k))));
      gl.uniform3fv(at.colours, look.rgb.classes);
      gl.uniform3f(at.rim, ...look.rgb.rim);
    }
    gl.drawArrays(gl.POINTS, 0, run.count);
  }
}

/**
 * The texture that a program reads weights from, if it is one: a block is bound at once.
 * @param {Prepared} on
 * @param {{at: Record<string, WebGLUniformLocation | null>}} what
 * @returns {[WebGLUniformLocation | null, WebGLTexture | null][]}
 */
function weightsFor({ weights }, { at }) {
  if (weights && "texture" in weights) return [[at.weights, weights.texture]];
  weights?.use();
  return [];
}

/**
 * @param {number[]} colours
 * @param {number} k
 * @returns {[number, number, number]}
 */
function rgbOf(colours, k) {
  return [colours[3 * k], colours[3 * k + 1], colours[3 * k + 2]];
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
