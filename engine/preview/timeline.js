// The clip's timeline: a chapter for each section, its plays with their cues below it, what is said under them.

export class Timeline {
  constructor(canvas, go) {
    this.canvas = canvas;
    this.shape = null;
    const at = (event) => {
      if (!this.shape) return;
      const box = canvas.getBoundingClientRect();
      go(((event.clientX - box.left) / box.width) * this.shape.frames);
    };
    canvas.addEventListener('pointerdown', (event) => { canvas.setPointerCapture(event.pointerId); at(event); });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons & 1) at(event);
      else canvas.title = this.told(event);
    });
  }

  told(event) { // what lies under the pointer, whole: there may not be room for it
    const { shape, canvas } = this;
    if (!shape) return '';
    const frame = (event.offsetX / canvas.clientWidth) * shape.frames;
    const here = (spans, end) => spans.findLast((span) => span.first <= frame && frame < end(span));
    const long = (span) => span.first + span.frames;
    const [part, play] = [here(shape.sections, long), here(shape.plays, long)];
    return [part?.name, play?.what, here(shape.said, (said) => said.end)?.text].filter(Boolean).join('\n');
  }

  draw(frame, looped) {
    const { canvas, shape } = this;
    if (!shape) return;
    const ratio = devicePixelRatio, width = canvas.clientWidth, height = canvas.clientHeight;
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    const x = (number) => (number / shape.frames) * width;
    context.textBaseline = 'middle';
    shape.sections.forEach((part, k) => {
      context.fillStyle = k % 2 ? '#2f3b46' : '#394855';
      context.fillRect(x(part.first), 4, x(part.frames), 26);
      this.write(context, `${part.loops ? '⟳ ' : ''}${part.name}`, x(part.first) + 5, 17, x(part.frames) - 10, '#e8edf2');
    });
    shape.plays.forEach((play) => {
      const waits = play.what === 'wait';
      context.fillStyle = waits ? '#2a3138' : '#35596e';
      context.fillRect(x(play.first) + 0.5, 33, Math.max(1, x(play.frames) - 1), 16);
      if (!waits) this.write(context, play.what, x(play.first) + 5, 41.5, x(play.frames) - 10, '#cfe3ee', 11);
      context.fillStyle = '#f5ae4b';
      play.cues.forEach((cue) => context.fillRect(x(play.first + cue) - 0.5, 33, 1.5, 16));
    });
    shape.said.forEach((said) => {
      context.fillStyle = '#5b4d75';
      context.fillRect(x(said.first) + 0.5, 52, Math.max(1, x(said.end - said.first) - 1), 16);
      this.write(context, said.text, x(said.first) + 5, 60.5, x(said.end - said.first) - 10, '#e2dbf2', 11.5);
    });
    if (looped) {
      context.strokeStyle = '#f5ae4b';
      context.lineWidth = 2;
      context.strokeRect(x(looped[0]) + 1, 5, x(looped[1] - looped[0]) - 2, 24);
    }
    context.fillStyle = '#f5ae4b';
    context.fillRect(x(frame) - 1, 0, 2, height);
    Object.assign(canvas, { ariaValueMax: String(shape.frames - 1), ariaValueNow: String(frame) });
  }

  write(context, text, x, y, room, colour, size = 12) {
    context.font = `${size}px system-ui, sans-serif`;
    const fits = (n) => context.measureText(n < text.length ? `${text.slice(0, n).trimEnd()}…` : text).width <= room;
    let count = text.length;
    while (count && !fits(count)) count -= 1;
    if (count < Math.min(2, text.length)) return;
    const shown = count < text.length ? `${text.slice(0, count).trimEnd()}…` : text;
    context.fillStyle = colour;
    context.fillText(shown, x, y);
  }
}
