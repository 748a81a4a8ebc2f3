// A network as a shader: written from the list of its layers; kinds.glsl has a function for each kind of activation.
import { BLOCK } from "./gl.js";

/**
 * `void network(float x[], out float e[])`, `int answerOf(float e[])` and `vec2 placeOf(float e[])`. Weights are numbers
 * in a texture, in the order of `Network.flat`. A wide layer between two linear ones is never held whole.
 * @param {import("./network.js").Network} network
 */
export function networkShader(network) {
  const { layers, inputs, width, classes, axes } = network;
  const body = [];
  let [from, size, number] = ["x", inputs, 0];
  const extractor = layers.slice(0, -1);
  for (let i = 0; i < extractor.length; ) {
    const to = `v${number++}`;
    const bends = [];
    let next = i + 1;
    while (next < extractor.length && extractor[next].kind !== "linear") bends.push(extractor[next++]);
    const [layer, after] = [extractor[i], extractor[next]];
    if (layer.kind !== "linear") {
      body.push(`for (int i = 0; i < ${size}; i++) ${from}[i] = ${called(layer, `${from}[i]`)};`);
      number--;
      i++;
      continue;
    }
    const unit = bends.reduce((value, bend) => called(bend, value), "z");
    const sum = `float z = weight(${layer.at + layer.rows * layer.columns} + u);
      ${each("i", layer.columns, (i) => `z += weight(${layer.at} + u * ${layer.columns} + ${i}) * ${from}[${i}];`)}`;
    const fused = bends.length > 0 && after !== undefined;
    const rows = fused ? after.rows : layer.rows;
    body.push(`float ${to}[${rows}];`);
    if (fused) {
      body.push(`for (int o = 0; o < ${rows}; o++) ${to}[o] = weight(${after.at + after.rows * after.columns} + o);`);
      body.push(`for (int u = 0; u < ${layer.rows}; u++) { ${sum} float h = ${unit};
      ${each("o", rows, (o) => `${to}[${o}] += weight(${after.at} + ${o} * ${after.columns} + u) * h;`)} }`);
    } else {
      body.push(`for (int u = 0; u < ${rows}; u++) { ${sum} ${to}[u] = ${unit}; }`);
    }
    [from, size] = [to, rows];
    i = fused ? next + 1 : next;
  }
  const head = layers[layers.length - 1];
  const along = (/** @type {number} */ k) => axes.map((axis, i) => `e[${i}] * ${glslNumber(axis[k])}`).join(" + ");
  return `${GLSL.kinds}
${network.size <= BLOCK ? inBlock(network.size) : IN_TEXTURE}
void network(float x[${inputs}], out float e[${width}]) {
  ${body.join("\n  ")}
  for (int i = 0; i < ${width}; i++) e[i] = ${from}[i];
}
float scoreOf(float e[${width}], int k) {
  float s = weight(${head.at + head.rows * head.columns} + k);
  for (int i = 0; i < ${width}; i++) s += weight(${head.at} + k * ${width} + i) * e[i];
  return s;
}
int answerOf(float e[${width}]) {
  int best = 0;
  float highest = scoreOf(e, 0);
  for (int k = 1; k < ${classes}; k++) {
    float s = scoreOf(e, k);
    if (s > highest) { highest = s; best = k; }
  }
  return best;
}
vec2 placeOf(float e[${width}]) { return vec2(${along(0)}, ${along(1)}); }
`;
}

/**
 * A loop; a short one is written out, which is several times as fast where no graphics card helps.
 * @param {string} name
 * @param {number} count
 * @param {(i: string | number) => string} body
 */
function each(name, count, body) {
  if (count <= 8) return Array.from({ length: count }, (_, i) => body(i)).join(" ");
  return `for (int ${name} = 0; ${name} < ${count}; ${name}++) ${body(name)}`;
}

const IN_TEXTURE = `uniform highp sampler2D weights;
float weight(int i) { return texelFetch(weights, ivec2(i & 1023, i >> 10), 0).r; }`;

/** @param {number} size */
function inBlock(size) {
  return `layout(std140) uniform Weights { vec4 weights[${Math.ceil(size / 4)}]; };
float weight(int i) { return weights[i >> 2][i & 3]; }`;
}

/**
 * @param {import("./network.js").Layer} layer
 * @param {string} value
 */
function called(layer, value) {
  return `kind_${layer.kind}(${[value, ...layer.numbers.map(glslNumber)].join(", ")})`;
}

/** @param {number} value */
function glslNumber(value) {
  return value.toExponential(9);
}
