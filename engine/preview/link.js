// The way to the process that draws: frames are asked for, the newest wish counts, two are on their way at a time.

export class Link {
  constructor(number, heard, aside = false) {
    this.heard = heard; // { state(message), frame(number, width, height, pixels), lost(), open(link)? }
    this.aside = aside; // looks on: what it sees is not the moment that is shown
    this.wanted = null;
    this.out = 0;
    this.head = null;
    this.socket = new WebSocket(new URL(`socket/${number}`, location.href.replace(/^http/, 'ws')));
    this.socket.binaryType = 'arraybuffer';
    this.socket.onmessage = ({ data }) => this.take(data);
    this.socket.onopen = () => { heard.open?.(this); this.hand(); };
    this.socket.onclose = () => heard.lost();
  }

  take(data) {
    if (typeof data === 'string') {
      const told = JSON.parse(data);
      if (told.phase !== 'ready') this.out = 0;
      this.heard.state(told);
    } else if (this.head === null) {
      this.head = new Uint32Array(data);
    } else {
      const [ticket, frame, width, height] = this.head;
      this.head = null;
      this.out = Math.max(0, this.out - 1);
      this.heard.frame(frame, width, height, data, ticket);
    }
    this.hand();
  }

  want(frame) {
    this.wanted = frame;
    this.hand();
  }

  hand() {
    if (this.wanted === null || this.out >= 2 || this.socket.readyState !== WebSocket.OPEN) return;
    this.out += 1;
    this.say({ ask: 'frame', frame: this.wanted, aside: this.aside });
    this.wanted = null;
  }

  say(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

const images = new WeakMap(); // of each canvas: made once for a size

export function paint(canvas, width, height, data) {
  if (canvas.width !== width || canvas.height !== height || !images.has(canvas)) {
    [canvas.width, canvas.height] = [width, height];
    canvas.style.setProperty('--ratio', width / height);
    images.set(canvas, new ImageData(width, height));
  }
  const image = images.get(canvas);
  unpack(new Uint32Array(data), new Uint32Array(image.data.buffer));
  canvas.getContext('2d').putImageData(image, 0, 0);
}

function unpack(sent, pixels) { // pixels as they are; or how long each run of equal ones is, then which pixel each is
  if (sent.length === pixels.length) return void pixels.set(sent);
  const count = sent.length / 2;
  for (let run = 0, at = 0; run < count; run += 1) {
    const pixel = sent[count + run], end = at + sent[run];
    if (end - at > 32) pixels.fill(pixel, at, end);
    else for (let k = at; k < end; k += 1) pixels[k] = pixel;
    at = end;
  }
}
