// The page in which a scene is seen while it is written.
import { Clock } from './clock.js';
import { Link, paint } from './link.js';
import { Sound } from './sound.js';
import { Timeline } from './timeline.js';

const $ = (id) => document.getElementById(id);
const picture = $('picture');
const seen = { shown: null, times: [], state: null, errors: 0 };
let shape = null;
let sought = location.hash.slice(1); // a moment in the address: the page begins there

const clock = new Clock((frame) => { link.want(frame); tell(); });
const timeline = new Timeline($('timeline'), (frame) => { clock.way = 0; clock.go(frame); });
const sound = new Sound(0);
const link = new Link(0, { state, frame, lost });

function state(told) {
  seen.state = told;
  const changed = told.shape && JSON.stringify(told.shape) !== JSON.stringify(shape);
  if (changed) {
    shape = clock.shape = timeline.shape = told.shape;
    if (!clock.way) clock.frame = told.frame;
    document.title = `${shape.name} – unspiral preview`;
  }
  $('name').textContent = shape?.name ?? told.file.split(/[\\/]/).pop();
  $('about').textContent = shape?.about ?? '';
  const loading = told.phase === 'loading';
  $('status').textContent = loading ? told.progress || 'loading …' : told.phase === 'ready' ? '' : told.phase;
  $('progress').hidden = !(loading && told.progress);
  $('progress').value = told.share;
  $('stop').hidden = !loading;
  $('error').hidden = !told.reason;
  $('error').textContent = told.reason;
  picture.classList.toggle('old', told.phase === 'failed' || told.phase === 'stopped');
  sound.load(told.sound);
  list(told.phase === 'ready' && told.findings ? told.findings : []);
  if (told.phase === 'ready' && clock.way) link.want(clock.frame);
  seek();
  tell();
}

function seek() {
  if (!sought || !shape) return;
  clock.way = 0;
  let moment = sought;
  sought = '';
  try { moment = decodeURIComponent(moment); } catch { /* a % that is nothing but a % */ }
  link.say({ ask: 'moment', moment });
}

function list(findings) {
  $('findings').hidden = !findings.length;
  $('findings').textContent = `${findings.length} hard to read`;
  if (!findings.length) $('list').hidden = true;
  $('list').replaceChildren(...findings.map((finding) => {
    const [item, there] = [document.createElement('li'), document.createElement('a')];
    there.textContent = finding.moment;
    there.href = `#${encodeURIComponent(finding.moment)}`;
    there.onclick = () => { clock.way = 0; clock.go(finding.frame); };
    item.append(there, finding.said);
    return item;
  }));
}

function frame(number, width, height, pixels, ticket) {
  paint(picture, width, height, pixels);
  seen.shown = number;
  seen.ticket = ticket;
  const now = performance.now();
  seen.times = [...seen.times.filter((time) => now - time < 1000), now];
  if (!clock.way && link.wanted === null && !link.out) clock.frame = number;
  if (clock.way) $('speed').textContent = `${seen.times.length} a second`;
  tell();
}

function lost() {
  $('status').textContent = 'unspiral preview has ended';
  clock.way = 0;
}

function moment() {
  const part = shape.sections[clock.section()];
  const short = (seconds) => String(Number(seconds.toFixed(3)));
  const alike = shape.sections.filter((other) => other.name === part?.name).length;
  if (!part?.name || alike > 1) return `${short(clock.frame / shape.rate)}s`;
  return `section:${part.name}+${short((clock.frame - part.first) / shape.rate)}s`;
}

function tell() {
  timeline.draw(clock.frame, clock.loops ? clock.span() : null);
  $('play').ariaPressed = String(clock.way > 0);
  $('reverse').ariaPressed = String(clock.way < 0);
  if (!clock.way) $('speed').textContent = '';
  if (!shape) return;
  sound.follow(clock.way > 0, clock.frame / shape.rate);
  $('moment').textContent = moment();
  $('clock').textContent = `${(clock.frame / shape.rate).toFixed(2)} of ${(shape.frames / shape.rate).toFixed(2)} s`;
  const part = shape.sections[clock.section()];
  const line = shape.said.find((said) => said.first <= clock.frame && clock.frame < said.end);
  $('said').textContent = line?.text ?? part?.beat ?? '';
  const play = shape.plays.findLast((going) => going.first <= clock.frame);
  $('doing').textContent = play?.what ?? '';
}

function sections(by) {
  if (!shape) return;
  const here = clock.section();
  const part = shape.sections[here];
  const late = part && clock.frame - part.first > shape.rate / 2;
  const next = shape.sections[by < 0 && late ? here : here + by];
  clock.go(next ? next.first : by < 0 ? 0 : shape.frames - 1);
}

const actions = {
  ' ': () => clock.play(1), r: () => clock.play(-1), l: () => loop(), c: () => copy(), f: () => full(),
  ArrowLeft: () => step(-1), ArrowRight: () => step(1), ArrowUp: () => sections(-1), ArrowDown: () => sections(1),
  Home: () => clock.go(0), End: () => shape && clock.go(shape.frames - 1),
};
const step = (by) => { clock.way = 0; clock.go(clock.frame + by); };
const loop = () => { clock.loop(!clock.loops); $('loop').ariaPressed = String(clock.loops); tell(); };
const full = () => (document.fullscreenElement ? document.exitFullscreen() : $('stage').requestFullscreen());
const copy = () => { // for a command line: quoted where a section's name would be taken apart
  if (!shape) return;
  const flag = /^[\w:+.-]*$/.test(moment()) ? `--at ${moment()}` : `--at '${moment().replaceAll("'", `'\\''`)}'`;
  navigator.clipboard?.writeText(flag).catch(() => {});
  $('status').textContent = `copied: ${flag}`;
};
addEventListener('keydown', (event) => {
  const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});
for (const [id, act] of Object.entries({
  play: actions[' '], reverse: actions.r, loop, full, moment: copy, 'frame-back': actions.ArrowLeft,
  'frame-on': actions.ArrowRight, 'section-back': actions.ArrowUp, 'section-on': actions.ArrowDown,
  findings: () => {
    $('list').hidden = !$('list').hidden;
    $('findings').ariaExpanded = String(!$('list').hidden);
  },
  stop: () => link.say({ ask: 'stop' }),
})) $(id).onclick = (event) => { act(); event.currentTarget.blur(); };
addEventListener('resize', tell);
addEventListener('hashchange', () => { sought = location.hash.slice(1); seek(); });

// Zoom: the wheel comes nearer to where it points, dragging moves, a double click shows all again.
const zoom = { scale: 1, x: 0, y: 0 };
const place = () => {
  picture.style.transform = zoom.scale === 1 ? '' : `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`;
  picture.classList.toggle('near', zoom.scale > 1);
};
$('stage').addEventListener('wheel', (event) => {
  event.preventDefault();
  const box = picture.getBoundingClientRect();
  const scale = Math.max(1, Math.min(32, zoom.scale * Math.exp(-event.deltaY / 300)));
  const [left, top] = [box.left - zoom.x, box.top - zoom.y];
  const [u, v] = [(event.clientX - box.left) / zoom.scale, (event.clientY - box.top) / zoom.scale];
  Object.assign(zoom, scale === 1 ? { scale, x: 0, y: 0 }
    : { scale, x: event.clientX - left - u * scale, y: event.clientY - top - v * scale });
  place();
}, { passive: false });
picture.addEventListener('pointermove', (event) => {
  if (event.buttons !== 1 || zoom.scale === 1) return;
  zoom.x += event.movementX;
  zoom.y += event.movementY;
  place();
});
picture.addEventListener('dblclick', () => { Object.assign(zoom, { scale: 1, x: 0, y: 0 }); place(); });

window.preview = { seen, clock, link, moment, zoom, sound }; // for tests, and for whoever is curious
