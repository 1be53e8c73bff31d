// Every key and what it does: one list, which the help shows.

import { el, fill } from './dom.js';
import { next as nextTheme } from './theme.js';

const EVERYWHERE = [
  ['?', 'these keys'],
  ['g c', 'captures'],
  ['g o', 'overview of the capture'],
  ['g t', 'timeline'],
  ['g l', 'latency'],
  ['g d', 'compare (diff)'],
  ['g v', 'live'],
  ['j / k', 'next / previous row of a list'],
  ['Enter', 'open the row'],
  ['Shift T', 'theme: system, light, dark'],
  ['Tab', 'next control; everything can be reached'],
];

export const TIMELINE = [
  ['← →', 'move by a tenth (with Shift: by a window)'],
  ['+ −', 'zoom in and out at the cursor'],
  ['0', 'the whole capture'],
  ['n / p', 'next / previous finding'],
  ['↑ ↓', 'select a lane'],
  ['[ ]', 'previous / next command of the lane'],
  ['Enter', 'open what is selected'],
  ['e', 'evidence of the selected finding: next event'],
  ['Esc', 'select nothing'],
];

let pending = '';
let go = () => {};

export function start(navigate) {
  go = navigate;
  document.addEventListener('keydown', onKey);
  document.getElementById('help-button').addEventListener('click', showHelp);
}

function typing(target) {
  return /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}

function onKey(e) {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
  if (document.getElementById('help').open) return;
  if (pending === 'g') {
    pending = '';
    if (go(e.key)) e.preventDefault();
    return;
  }
  if (e.key === 'g') {
    pending = 'g';
    setTimeout(() => { pending = ''; }, 1200);
  } else if (e.key === '?') {
    e.preventDefault();
    showHelp();
  } else if (e.key === 'T') {
    nextTheme();
  } else if (e.key === 'j' || e.key === 'k') {
    step(e.key === 'j' ? 1 : -1);
  }
}

/** Moves the focus among the rows that can be opened. */
function step(by) {
  const rows = [...document.querySelectorAll('main [data-row]')].filter((r) => r.offsetParent !== null);
  if (!rows.length) return;
  const at = rows.findIndex((r) => r === document.activeElement || r.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))];
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function list(keys) {
  return el('dl.keys', null, keys.map(([key, what]) => [
    el('dt', null, key.split(' ').map((k) => (k === '/' ? ' / ' : el('kbd', null, k)))),
    el('dd', null, what)]));
}

function showHelp() {
  const help = document.getElementById('help');
  const close = el('button', { type: 'button', onclick: () => help.close() }, 'Close');
  fill(help,
    el('h2', { id: 'help-title' }, 'Keys'),
    el('div.help-columns', null,
      el('section', null, el('h3', null, 'Everywhere'), list(EVERYWHERE)),
      el('section', null, el('h3', null, 'Timeline'), list(TIMELINE))),
    el('div.dialog-end', null, close));
  help.showModal();
  close.focus();
}
