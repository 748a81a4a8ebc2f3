// What the lecturer sees: notes, clock, the next section. Its keys lead the other window.
import { Link, paint } from './link.js';

const $ = (id) => document.getElementById(id);
const told = JSON.parse($('told').textContent);
const channel = new BroadcastChannel(location.pathname.replace('notes.html', ''));
const links = told.scenes.map((_, number) => new Link(number, {
  state: () => {},
  frame: (frame, width, height, pixels) => paint($('preview'), width, height, pixels),
  lost: () => { $('how').textContent = 'unspiral present has ended'; },
}, true));
let begun = Date.now(), coming = '';

channel.addEventListener('message', ({ data }) => {
  if (!data.where) return;
  begun = data.begun;
  $('where').textContent = data.where;
  $('how').textContent = data.how;
  $('notes').textContent = data.notes;
  $('next').textContent = data.next?.name ?? 'the end';
  const later = data.next ? `${data.next.scene} ${data.next.frame}` : '';
  if (later && later !== coming) links[data.next.scene].want(data.next.frame);
  coming = later;
});
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || ['f', 'F', 'F5', 'F11', 'n', 'N'].includes(event.key)) return;
  channel.postMessage({ key: event.key });
  event.preventDefault();
});
setInterval(() => {
  const passed = Math.floor((Date.now() - begun) / 1000);
  $('elapsed').textContent = `${Math.floor(passed / 60)}:${String(passed % 60).padStart(2, '0')}`;
  $('clock').textContent = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}, 250);
channel.postMessage({ hello: true });
