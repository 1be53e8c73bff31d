// Addresses and the frame around the views. An address says everything: it can be sent to somebody.

import { about } from './api.js';
import { el, fill, problem } from './dom.js';
import * as keys from './keys.js';
import * as theme from './theme.js';
import { capture } from './views/capture.js';
import { captures } from './views/captures.js';
import { command } from './views/command.js';
import { compare } from './views/compare.js';
import { finding } from './views/finding.js';
import { latency } from './views/latency.js';
import { live } from './views/live.js';
import { timeline } from './views/timeline.js';

const VIEWS = { captures, capture, timeline, finding, command, latency, compare, live };
const main = document.getElementById('main');
let leave = () => {};
let shown = { view: 'captures', capture: '' };
let canLive = false;

/** #/view/PART/PART?name=value: parts are decoded. */
export function address() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map((p) => {
    try {
      return decodeURIComponent(p);
    } catch {
      return '';
    }
  });
  return { view: parts[0] || 'captures', parts: parts.slice(1), query: new URLSearchParams(query || '') };
}

function show() {
  const to = address();
  const view = Object.hasOwn(VIEWS, to.view) ? VIEWS[to.view] : null;
  leave();
  const gone = new AbortController();
  leave = () => gone.abort();
  if (to.parts[0]) shown.capture = to.parts[0];
  shown.view = to.view;
  navigation();
  fill(main);
  main.className = `view-${to.view}`;
  document.title = `${to.parts[0] ? to.parts[0] + ' · ' : ''}${to.view} · nvmetap`;
  if (!view) {
    fill(main, problem('There is no such page; choose one above.'));
    return;
  }
  Promise.resolve(view({ main, parts: to.parts, query: to.query, signal: gone.signal })).catch((e) => {
    if (e.name !== 'AbortError' && !gone.signal.aborted) fill(main, problem(e.message));
  });
}

function navigation() {
  const c = encodeURIComponent(shown.capture);
  const links = [['captures', '#/captures', 'Captures']];
  if (shown.capture) {
    links.push(
      ['capture', `#/capture/${c}`, 'Overview'],
      ['timeline', `#/timeline/${c}`, 'Timeline'],
      ['latency', `#/latency/${c}`, 'Latency'],
      ['compare', `#/compare/${c}`, 'Compare']);
  }
  if (canLive) links.push(['live', '#/live', 'Live']);
  const at = { finding: 'capture', command: 'timeline' }[shown.view] || shown.view;
  fill(document.getElementById('nav'), links.map(([view, href, name]) =>
    el('a', { href, 'aria-current': view === at ? 'page' : null }, name)));
}

function go(key) {
  const c = encodeURIComponent(shown.capture);
  const to = { c: '#/captures', v: '#/live' }[key]
    || (shown.capture && {
      o: `#/capture/${c}`, t: `#/timeline/${c}`, l: `#/latency/${c}`, d: `#/compare/${c}`,
    }[key]);
  if (to) location.hash = to;
  return Boolean(to);
}

theme.start();
keys.start(go);
addEventListener('hashchange', () => {
  show();
  main.focus({ preventScroll: true });
});
show();
about().then((a) => {
  canLive = a.live;
  navigation();
}).catch(() => {});
