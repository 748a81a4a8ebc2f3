// The little of WebGL 2 that is needed, in fewer words.

/**
 * A program, with the places of its uniforms by name.
 * @param {WebGL2RenderingContext} gl
 * @param {string} vertex
 * @param {string} fragment
 * @param {string[]} caught outputs that are written to a buffer
 */
export function programOf(gl, vertex, fragment, caught = []) {
  const program = /** @type {WebGLProgram} */ (gl.createProgram());
  for (const [kind, source] of /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, `#version 300 es\nprecision highp float;\nprecision highp int;\n${source}`);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  if (caught.length) gl.transformFeedbackVaryings(program, caught, gl.INTERLEAVED_ATTRIBS);
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const said = (gl.getAttachedShaders(program) ?? []).map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`the shaders do not fit this browser: ${[gl.getProgramInfoLog(program), ...said].join(" ")}`);
  }
  /** @type {Record<string, WebGLUniformLocation | null>} */
  const at = {};
  for (let i = 0; i < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); i++) {
    const name = /** @type {WebGLActiveInfo} */ (gl.getActiveUniform(program, i)).name.replace("[0]", "");
    at[name] = gl.getUniformLocation(program, name);
  }
  return { program, at };
}

/**
 * Numbers in a texture: shaders read the i-th by `texelFetch(…, ivec2(i % 1024, i / 1024), 0).r`.
 * @param {WebGL2RenderingContext} gl
 * @param {number} count
 */
export function numbersOf(gl, count) {
  const texture = textureOf(gl);
  const height = Math.max(1, Math.ceil(count / 1024));
  const room = new Float32Array(1024 * height);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R32F, 1024, height);
  return {
    texture,
    /** @param {ArrayLike<number>} values */
    set(values) {
      room.set(values);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 1024, height, gl.RED, gl.FLOAT, room);
    },
  };
}

/** Numbers that a uniform block of every browser holds: reading it is faster than reading a texture. */
export const BLOCK = 4096;

/**
 * Numbers in a uniform block.
 * @param {WebGL2RenderingContext} gl
 * @param {number} count
 */
export function blockOf(gl, count) {
  const buffer = gl.createBuffer();
  const room = new Float32Array(4 * Math.ceil(count / 4));
  return {
    /** @param {ArrayLike<number>} values */
    set(values) {
      room.set(values);
      gl.bindBuffer(gl.UNIFORM_BUFFER, buffer);
      gl.bufferData(gl.UNIFORM_BUFFER, room, gl.DYNAMIC_DRAW);
    },
    /** For the only block of a program, which is the first. */
    use() {
      gl.bindBufferBase(gl.UNIFORM_BUFFER, 0, buffer);
    },
  };
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {number} filter
 */
export function textureOf(gl, filter = gl.NEAREST) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, filter);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  return texture;
}

/**
 * A picture that is drawn into, and made anew when its size changes.
 * @param {WebGL2RenderingContext} gl
 * @param {number} format
 * @param {number} filter
 */
export function targetOf(gl, format, filter) {
  const frame = gl.createFramebuffer();
  let [texture, width, height] = [/** @type {WebGLTexture | null} */ (null), 0, 0];
  return {
    get texture() {
      return texture;
    },
    /** @param {number} wide @param {number} high */
    into(wide, high) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
      if (wide !== width || high !== height) {
        gl.deleteTexture(texture);
        texture = textureOf(gl, filter);
        [width, height] = [wide, high];
        gl.texStorage2D(gl.TEXTURE_2D, 1, format, wide, high);
        gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
      }
      gl.viewport(0, 0, wide, high);
    },
  };
}

/**
 * How vertices are read: the k-th attribute is so many numbers from a buffer that holds nothing else.
 * @param {WebGL2RenderingContext} gl
 * @param {[WebGLBuffer | null, number][]} buffers
 */
export function attributesOf(gl, buffers) {
  const read = gl.createVertexArray();
  gl.bindVertexArray(read);
  buffers.forEach(([buffer, count], place) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, count, gl.FLOAT, false, 0, 0);
  });
  gl.bindVertexArray(null);
  return read;
}
