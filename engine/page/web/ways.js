// Functions, sequences, flows and distributions: lines and dots in a box. engine/page/ways.py packs them.

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./state.js").Look} look
 * @param {{left: number, top: number, width: number, height: number}} room
 * @param {number} unit pixels to 1/1080 of the panel
 * @param {any} about
 * @param {Float32Array} now places of all lines' vertices, then of the dots, in shares of the box
 */
export function paintWays(context, look, room, unit, about, now) {
  const size = Math.max(26 * unit, 12);
  const colour = (/** @type {number} */ k) => look.classes[k % look.classes.length];
  context.font = `${size}px "Source Sans 3", sans-serif`;
  context.textAlign = "left";
  about.names.forEach((/** @type {string} */ name, /** @type {number} */ k) => {
    const y = room.top + (1.3 * k + 0.8) * size;
    context.fillStyle = colour(k);
    context.fillRect(room.left, y - 0.4 * size, 2 * size, Math.max(3 * unit, 2));
    context.fillStyle = look.ink;
    context.fillText(name, room.left + 2.5 * size, y);
  });
  const box = boxIn(room, size, about);
  const x = (/** @type {number} */ share) => box.left + box.width * share;
  const y = (/** @type {number} */ share) => box.top + box.height * (1 - share);
  context.lineWidth = 1;
  context.strokeStyle = context.fillStyle = look.quiet;
  context.strokeRect(box.left, box.top, box.width, box.height);
  ends(context, size, box, about.ends);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  const dot = (/** @type {number} */ px, /** @type {number} */ py, /** @type {number} */ radius) => {
    context.beginPath();
    context.arc(px, py, radius, 0, 2 * Math.PI);
    context.fill();
  };
  const [lines, vertices] = about.lines;
  const crowded = lines > 12;
  context.globalAlpha = crowded ? 0.4 : 0.9;
  context.lineWidth = crowded ? Math.max(2 * unit, 1) : Math.max(3.5 * unit, 1.5);
  context.lineJoin = "round";
  for (let line = 0, at = 0; line < lines; line++) {
    context.strokeStyle = colour(about.ofLines[line]);
    context.beginPath();
    for (let i = 0; i < vertices; i++, at += 2) context.lineTo(x(now[at]), y(now[at + 1]));
    context.stroke();
  }
  context.globalAlpha = 0.7;
  context.fillStyle = look.quiet;
  for (const [a, b] of about.fixed) dot(x(a), y(b), Math.max(5 * unit, 2));
  context.globalAlpha = 1;
  const radius = Math.max(7 * unit * Math.min(1, (400 / Math.max(about.ofDots.length, 1)) ** 0.25), 2);
  about.ofDots.forEach((/** @type {number} */ label, /** @type {number} */ k) => {
    const at = 2 * (lines * vertices + k);
    context.fillStyle = colour(label);
    dot(x(now[at]), y(now[at + 1]), radius);
  });
  context.restore();
  rows(context, look, size, box, about.rows);
}

/**
 * Between the names above and the ends of the axes; a square where both axes are alike.
 * @param {{left: number, top: number, width: number, height: number}} room
 * @param {number} size
 * @param {{names: string[], square: boolean}} about
 */
function boxIn(room, size, { names, square }) {
  const above = 1.3 * size * (names.length + 1);
  const [width, height] = [room.width, Math.max(room.height - above - 1.3 * size, 1)];
  const side = Math.min(width, height);
  const box = { left: room.left, top: room.top + above, width, height };
  return square ? { ...box, left: room.left + (width - side) / 2, width: side, height: side } : box;
}

/**
 * What the axes go from and to.
 * @param {CanvasRenderingContext2D} context
 * @param {number} size
 * @param {{left: number, top: number, width: number, height: number}} box
 * @param {string[]} ends left, right, bottom, top
 */
function ends(context, size, { left, top, width, height }, [from, to, low, high]) {
  const text = (/** @type {string} */ said, /** @type {number} */ px, /** @type {number} */ py, /** @type {CanvasTextAlign} */ align) => {
    context.textAlign = align;
    context.fillText(said, px, py);
  };
  text(from, left, top + height + size, "left");
  text(to, left + width, top + height + size, "right");
  text(high, left, top - 0.3 * size, "left");
  text(low, left + 4, top + height - 5, "left");
}

/**
 * Names of rows, in each at its left.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./state.js").Look} look
 * @param {number} size
 * @param {{left: number, top: number, width: number, height: number}} box
 * @param {string[]} names
 */
function rows(context, look, size, { left, top, height }, names) {
  context.textAlign = "left";
  context.fillStyle = look.ink;
  names.forEach((name, k) => context.fillText(name, left + 6, top + ((k + 1) * height) / names.length - 0.4 * size));
}
