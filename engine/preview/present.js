// Scenes shown live, section by section: what the audience sees. A clicker's keys lead on; the clock is never waited for.
import { Clock } from './clock.js';
import { Link, paint } from './link.js';
import { Sound } from './sound.js';

const told = JSON.parse(document.getElementById('told').textContent);
const picture = document.getElementById('picture');
const hint = document.getElementById('hint');
const keys = hint.textContent;
const seen = { shown: null, scene: 0, times: [], blank: false, states: [] };
const [scene = 0, section = 0] = location.hash.slice(1).split('.').map((number) => Number(number) || 0);
const at = { scene: Math.min(scene, told.scenes.length - 1), section }; // a page that is loaded anew goes on there
const channel = new BroadcastChannel(location.pathname);
const begun = Date.now();

const clock = new Clock((frame) => { links[at.scene].want(frame); say(); });
const sounds = told.scenes.map((_, number) => new Sound(number));
const links = told.scenes.map((_, number) => new Link(number, {
  state: (state) => heard(number, state),
  frame: (frame, width, height, pixels) => shown(number, frame, width, height, pixels),
  lost: () => { hint.hidden = false; hint.textContent = 'unspiral present has ended'; },
  open: fit,
}));

function fit(link) { // draw as large as the screen is
  if (told.fits) link.say({ ask: 'size', ...room() });
}

function room() { // the largest frame of 16 : 9 that the screen holds, in its own pixels
  const [width, height] = [screen.width * devicePixelRatio, screen.height * devicePixelRatio];
  const tall = Math.min(height, (width * 9) / 16);
  return { width: 2 * Math.round((tall * 16) / 18), height: 2 * Math.round(tall / 2) };
}

function heard(number, state) {
  const before = seen.states[number];
  seen.states[number] = state;
  sounds[number].load(state.sound);
  if (number !== at.scene) return;
  const words = state.reason || (state.phase === 'loading' && state.progress);
  if (words) Object.assign(hint, { hidden: false, textContent: words });
  else if (hint.textContent !== keys) hint.hidden = true;
  const changed = state.shape && JSON.stringify(state.shape) !== JSON.stringify(before?.shape);
  if (state.phase === 'ready' && changed) {
    clock.shape = state.shape;
    if (before?.shape) bound(); else enter(number, at.section);
  }
  say();
}

function shown(number, frame, width, height, pixels) {
  if (number !== at.scene) return;
  paint(picture, width, height, pixels);
  const now = performance.now();
  Object.assign(seen, { shown: frame, scene: number, times: [...seen.times.filter((t) => now - t < 1000), now] });
}

const parts = (scene = at.scene) => seen.states[scene]?.shape?.sections ?? [];

function bound() {
  const part = parts()[at.section];
  clock.bounds = part ? [part.first, part.first + part.frames] : null;
}

function enter(scene, section, way = 1) {
  clock.way = 0;
  Object.assign(at, { scene, section: Math.max(0, Math.min(section, parts(scene).length - 1)) });
  clock.shape = seen.states[scene]?.shape ?? null;
  if (!clock.shape) return;
  history.replaceState(null, '', `#${scene}.${at.section}`);
  const part = parts()[at.section];
  bound();
  clock.loops = Boolean(part?.loops);
  clock.go(part ? part.first : 0);
  if (way) clock.play(1);
  say();
}

function next() {
  if (at.section + 1 < parts().length) enter(at.scene, at.section + 1);
  else if (at.scene + 1 < links.length) enter(at.scene + 1, 0);
}

function back() {
  const part = parts()[at.section];
  const late = part && clock.frame - part.first > clock.shape.rate / 2;
  if (late) enter(at.scene, at.section);
  else if (at.section) enter(at.scene, at.section - 1);
  else if (at.scene) enter(at.scene - 1, Infinity);
}

function blank() {
  seen.blank = !seen.blank;
  document.body.classList.toggle('blank', seen.blank);
}

const hold = () => clock.play(clock.way || 1);
const loop = () => {
  clock.loops = !clock.loops;
  if (clock.loops && !clock.way) clock.play(1);
};
const full = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
const actions = {
  ArrowRight: next, PageDown: next, ' ': next, Enter: next, ArrowDown: next,
  ArrowLeft: back, PageUp: back, Backspace: back, ArrowUp: back,
  Home: () => enter(0, 0), h: hold, l: loop, b: blank, '.': blank, f: full, F5: full, F11: full,
  n: () => open('notes.html', 'notes', 'width=1100,height=700'),
};

function act(key) {
  const action = actions[key.length === 1 ? key.toLowerCase() : key];
  if (!action) return false;
  if (seen.blank && action !== blank) blank();
  else action();
  hint.hidden = true;
  say();
  return true;
}

addEventListener('keydown', (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.altKey && act(event.key)) event.preventDefault();
});
addEventListener('click', next);
document.addEventListener('fullscreenchange', () => links.forEach(fit)); // the window may be on another screen now
setTimeout(() => { if (hint.textContent === keys) hint.hidden = true; }, 8000);

function say() { // to the window with the notes
  const shape = clock.shape, part = parts()[at.section];
  if (!shape) return;
  sounds.forEach((sound, k) => sound.follow(k === at.scene && clock.way > 0, clock.frame / shape.rate));
  const later = parts()[at.section + 1] ?? parts(at.scene + 1)[0];
  const scene = parts()[at.section + 1] ? at.scene : at.scene + 1;
  const lines = shape.said.filter((said) => part && said.first < part.first + part.frames && said.end > part.first);
  channel.postMessage({
    where: `${shape.name} · ${part?.name ?? ''} (${at.section + 1} of ${parts().length})`,
    notes: lines.map((line) => line.text).join('\n') || part?.beat || '',
    how: seen.blank ? 'blank' : clock.way ? (clock.loops ? 'loops' : 'plays') : 'holds',
    next: later ? { scene, name: later.name, frame: later.first } : null,
    begun,
  });
}
channel.addEventListener('message', ({ data }) => { if (data.key) act(data.key); else if (data.hello) say(); });

window.present = { seen, clock, at, act, sounds };
