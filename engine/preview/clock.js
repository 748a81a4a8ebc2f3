// Playing: which frame it is now. A frame that comes late is left out; the clock never waits.

export class Clock {
  constructor(shown) {
    this.shown = shown; // told of each frame that is due
    this.shape = null;
    this.frame = 0;
    this.way = 0; // 1 plays, -1 plays backwards, 0 stands
    this.loops = false;
    this.bounds = null; // from which frame up to which it plays; null: all, or the section that is looped
    requestAnimationFrame(() => this.tick());
  }

  section(frame = this.frame) {
    const parts = this.shape?.sections ?? [];
    let found = 0;
    parts.forEach((part, k) => { if (part.first <= frame) found = k; });
    return found;
  }

  span() {
    if (this.bounds) return this.bounds;
    const parts = this.shape?.sections ?? [];
    if (!this.loops || !parts.length) return [0, this.shape.frames];
    const part = parts[this.held ?? this.section()];
    return [part.first, part.first + part.frames];
  }

  loop(on) {
    this.loops = on;
    this.held = on ? this.section() : null;
  }

  go(frame) {
    if (!this.shape) return;
    this.frame = Math.max(0, Math.min(this.shape.frames - 1, Math.round(frame)));
    if (this.loops) this.held = this.section();
    this.since = performance.now();
    this.from = this.frame;
    this.shown(this.frame);
  }

  play(way) {
    if (!this.shape) return;
    this.way = this.way === way ? 0 : way;
    const [first, end] = this.span();
    if (this.way > 0 && this.frame >= end - 1) this.frame = first;
    if (this.way < 0 && this.frame <= first) this.frame = end - 1;
    this.since = performance.now();
    this.from = this.frame;
    this.shown(this.frame);
  }

  tick() {
    requestAnimationFrame(() => this.tick());
    if (!this.way || !this.shape) return;
    const passed = (performance.now() - this.since) / 1000;
    let frame = this.from + this.way * Math.floor(passed * this.shape.rate);
    const [first, end] = this.span();
    if (frame >= end || frame < first) {
      if (this.loops) {
        frame = first + (((frame - first) % (end - first)) + (end - first)) % (end - first);
      } else {
        frame = frame >= end ? end - 1 : first;
        this.way = 0;
      }
    }
    if (frame !== this.frame || !this.way) {
      this.frame = frame;
      this.shown(frame);
    }
  }
}
