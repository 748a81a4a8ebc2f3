// A scene's sounds, heard while it plays forwards; they follow the frames.

export class Sound {
  constructor(number) {
    this.number = number;
    this.audio = new Audio();
    this.ticket = 0;
  }

  async load(ticket) { // 0: the scene has none
    if (ticket === this.ticket) return;
    this.ticket = ticket;
    this.audio.pause();
    if (!ticket) return;
    const answer = await fetch(`sound/${this.number}`);
    if (answer.ok && ticket === this.ticket) this.audio.src = URL.createObjectURL(await answer.blob());
  }

  follow(plays, seconds) {
    if (!this.ticket || !this.audio.src) return;
    if (!plays || seconds >= this.audio.duration) return void this.audio.pause();
    if (Math.abs(this.audio.currentTime - seconds) > 0.15) this.audio.currentTime = seconds;
    if (this.audio.paused) this.audio.play().catch(() => {}); // a page that nobody has clicked may not sound
  }
}
