// The page's content: JSON, and arrays as few bytes. engine/page/codec.py packs it.

/**
 * @typedef {{at: number, shape: number[], planes: number, step: number, over_time: boolean}} Entry
 */

/**
 * What the page is about, and a function that reads the array of an entry.
 * @param {string} text base64 of the deflated content
 * @returns {Promise<{about: any, array: (entry: Entry) => Float64Array}>}
 */
export async function decoded(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const content = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(content.buffer).getUint32(0, true);
  const about = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + length)));
  return { about, array: (entry) => unpacked(content.subarray(4 + length), entry) };
}

/**
 * @param {Uint8Array} content
 * @param {Entry} entry
 */
export function unpacked(content, { at, shape, planes, step, over_time }) {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = new Float64Array(count);
  for (let plane = planes - 1; plane >= 0; plane--) {
    const from = at + plane * count;
    for (let i = 0; i < count; i++) values[i] = 256 * values[i] + content[from + i];
  }
  const row = over_time ? count / shape[0] : count;
  for (let i = 0; i < count; i++) {
    const odd = values[i] % 2 === 1;
    const whole = odd ? -(values[i] + 1) / 2 : values[i] / 2;
    values[i] = whole + (i >= row ? values[i - row] : 0);
  }
  for (let i = 0; i < count; i++) values[i] *= step;
  return values;
}
