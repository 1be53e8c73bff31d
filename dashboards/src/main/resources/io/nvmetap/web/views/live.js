// What goes on now: rates and losses, stalls counting up, findings as they come.

import uPlot from '/lib/uplot.js';
import { announce, el, fill, table } from '../dom.js';
import * as f from '../format.js';
import { colour, onChange } from '../theme.js';
import { severityBadge } from './capture.js';

const FINDINGS_SHOWN = 100;
const HISTORY_S = 120;

function tile(name, note) {
  const value = el('span.value', null, '…');
  return { box: el('div.tile', null, el('span.name', null, name), value, el('span.note', null, note)), value };
}

function chart(box) {
  const options = () => ({
    width: Math.max(300, box.clientWidth), height: 150, legend: { show: false }, cursor: { show: false },
    scales: { x: { time: false, range: [-HISTORY_S, 0] }, y: { range: (u, lo, hi) => [0, Math.max(10, hi * 1.1)] } },
    axes: [
      { stroke: colour('--text-quiet'), grid: { show: false }, incrs: [10, 20, 30, 60], values: (u, v) => v.map((s) => (s === 0 ? 'now' : `${s} s`)) },
      { stroke: colour('--text-quiet'), grid: { stroke: colour('--line') }, size: 64, values: (u, v) => v.map((n) => f.count(n)) },
    ],
    series: [{}, { stroke: colour('--controller'), fill: colour('--controller-soft'), width: 1.5 }],
  });
  let plot = null;
  let data = [[], []];
  const make = () => {
    plot?.destroy();
    plot = new uPlot(options(), data, box);
  };
  make();
  return {
    show(history) {
      data = [history.map((_, i) => i - history.length + 1), history];
      plot.setData(data);
    },
    make,
    end: () => plot.destroy(),
  };
}

function stallRow(s) {
  const age = el('td.number.age', null, '');
  const x = s.finding;
  return {
    since: s.sinceMs, ended: s.endedMs, age,
    line: el(`tr${s.endedMs ? '' : '.open'}`, null,
      el('td', null, s.endedMs ? el('span.badge', null, 'ended') : el('span.badge.error', null, 'stalled')),
      age,
      el('td', null, f.party(x.owner)),
      el('td', null, `SQ ${x.sqid}`), el('td.number', null, x.cid),
      el('td.says', null, x.explanation || x.title)),
  };
}

function findingItem(t) {
  const x = t.finding;
  return el('li', null, el(`div.finding-card.${x.severity.toLowerCase()}`, { tabindex: 0, 'data-row': true },
    el('span.finding-head', null, severityBadge(x), el(`span.party.${f.party(x.owner).replace(' ', '-')}`, null, f.party(x.owner)),
      el('span.rule', null, x.rule), el('span.when', null, new Date(t.atMs).toLocaleTimeString())),
    el('span.sentence', null, x.explanation || x.title)));
}

export async function live({ main, signal }) {
  const tiles = {
    perSecond: tile('Events a second', 'in the last second'), lost: tile('Lost', 'events'),
    lag: tile('Lag', 'messages not read yet'), open: tile('In flight', 'commands that are out'), events: tile('Events', 'in all'),
  };
  const status = el('span.badge', { role: 'status' }, 'connecting');
  const plotBox = el('div.chart', { role: 'img', 'aria-label': 'Events a second, last two minutes' });
  const stalls = el('section', null);
  const oldest = el('section', null);
  const findings = el('ol.finding-list', { 'aria-live': 'polite' });
  const none = el('p.empty-line', null, 'No finding yet.');
  fill(main, el('div.title-row', null, el('h1', null, 'Live'), status),
    el('div.tiles', null, Object.values(tiles).map((t) => t.box)), plotBox,
    el('div.columns', null,
      el('div', null, stalls, el('section', null, el('h2', null, 'Findings as they come'), none, findings)),
      el('aside.about', null, oldest)));
  const plot = chart(plotBox);
  let offset = 0;
  let rows = [];
  let shape = '';

  const tick = () => {
    for (const r of rows) r.age.textContent = f.duration(((r.ended || Date.now() + offset) - r.since) * 1e6);
  };
  const source = new EventSource('/api/live');
  source.addEventListener('state', (e) => {
    const s = JSON.parse(e.data);
    offset = s.nowMs - Date.now();
    status.textContent = s.connected ? 'following' : s.problem || 'connecting';
    status.className = `badge ${s.connected ? 'good' : 'warning'}`;
    for (const name of Object.keys(tiles)) tiles[name].value.textContent = f.count(s[name]);
    tiles.lost.box.classList.toggle('bad', s.lost > 0);
    plot.show(s.history);
    const now = JSON.stringify(s.stalls.map((x) => [x.sinceMs, x.endedMs, x.finding.toSeq]));
    if (now !== shape) {
      shape = now;
      rows = s.stalls.map(stallRow);
      const open = s.stalls.filter((x) => !x.endedMs).length;
      fill(stalls, el('h2', null, 'Stalls ', el('span.count', null, `${open} open`)),
        rows.length ? table('Stalls', ['', '#For', 'Owes the next step', 'Queue', '#CID', 'Says'], rows.map((r) => r.line), 'stalls')
          : el('p.empty-line', null, 'Nothing stalls.'));
      if (open) announce(`${f.plural(open, 'command')} stalled`);
    }
    tick();
    fill(oldest, el('h2', null, 'Out for longest'), s.oldest.length
      ? table('Commands out for longest', ['Command', 'Queue', '#CID', '#For'], s.oldest.slice(0, 12).map((c) => el('tr', null,
        el('th', { scope: 'row' }, c.name), el('td', null, `SQ ${c.sqid}`), el('td.number', null, c.cid),
        el('td.number', null, f.duration((s.nowMs - c.sinceMs) * 1e6)))))
      : el('p.empty-line', null, 'No command is out.'));
  });
  source.addEventListener('finding', (e) => {
    none.remove();
    findings.prepend(findingItem(JSON.parse(e.data)));
    while (findings.childElementCount > FINDINGS_SHOWN) findings.lastElementChild.remove();
  });
  source.addEventListener('error', () => {
    status.textContent = 'the dashboard does not answer';
    status.className = 'badge warning';
  });
  const timer = setInterval(tick, 100);
  const offTheme = onChange(plot.make);
  addEventListener('resize', plot.make, { signal });
  signal.addEventListener('abort', () => {
    source.close();
    clearInterval(timer);
    offTheme();
    plot.end();
  });
}
