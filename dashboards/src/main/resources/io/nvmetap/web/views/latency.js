// How long commands took: when, how long, whose part it was, and whether that changes.

import uPlot from '/lib/uplot.js';
import * as api from '../api.js';
import { el, fill, table, waiting } from '../dom.js';
import * as f from '../format.js';
import { colour, onChange } from '../theme.js';

const PARTIES = ['GUEST', 'MEDIATOR', 'CONTROLLER'];
const HEAT_HEIGHT = 230;
const LEFT = 64;
const BOTTOM = 20;

function rowFrom(heatFromNs, row) {
  return heatFromNs * 2 ** (row / 2);
}

/** Rows that hold something, with one empty row around. */
function range(heat) {
  let low = Infinity;
  let high = 0;
  for (const column of heat) {
    column.forEach((n, i) => {
      if (n) {
        low = Math.min(low, i);
        high = Math.max(high, i);
      }
    });
  }
  return low > high ? [0, 1] : [Math.max(0, low - 1), Math.min(heat[0].length - 1, high + 1)];
}

function paintHeat(canvas, l) {
  const scale = devicePixelRatio || 1;
  const width = canvas.clientWidth || 800;
  canvas.width = width * scale;
  canvas.height = HEAT_HEIGHT * scale;
  const g = canvas.getContext('2d');
  g.scale(scale, scale);
  g.clearRect(0, 0, width, HEAT_HEIGHT);
  const [low, high] = range(l.heat);
  const rows = high - low + 1;
  const cellW = (width - LEFT) / l.heat.length;
  const cellH = (HEAT_HEIGHT - BOTTOM) / rows;
  const most = Math.max(1, ...l.heat.map((c) => Math.max(...c)));
  g.fillStyle = colour('--heat');
  l.heat.forEach((column, x) => column.forEach((n, row) => {
    if (!n || row < low) return;
    g.globalAlpha = 0.15 + 0.85 * Math.log1p(n) / Math.log1p(most);
    g.fillRect(LEFT + x * cellW, (high - row) * cellH, Math.max(1, cellW - 0.5), Math.max(1, cellH - 0.5));
  }));
  g.globalAlpha = 1;
  g.fillStyle = colour('--text-quiet');
  g.font = '11px system-ui, sans-serif';
  g.textAlign = 'right';
  const every = Math.ceil(rows / 9);
  for (let row = low; row <= high; row += every) {
    g.fillText(f.duration(rowFrom(l.heatFromNs, row)), LEFT - 6, (high - row + 1) * cellH);
  }
  g.textAlign = 'center';
  for (let i = 0; i <= 6; i++) {
    const x = LEFT + (width - LEFT) * i / 6;
    g.textAlign = i === 6 ? 'right' : i === 0 ? 'left' : 'center';
    g.fillText(f.moment(l.fromNs + (l.toNs - l.fromNs) * i / 6, (l.toNs - l.fromNs) / 1000), x, HEAT_HEIGHT - 5);
  }
  return { low, high, cellW, cellH };
}

function heatMap(l, signal) {
  const canvas = el('canvas.heat', { role: 'img', 'aria-label': `Heat map: ${f.count(l.commands)} commands by time and duration; the table below has the figures` });
  const says = el('p.quiet-text', null, 'The stronger the colour, the more commands. Point at a cell.');
  let grid = null;
  const paint = () => { grid = paintHeat(canvas, l); };
  requestAnimationFrame(paint);
  canvas.addEventListener('pointermove', (e) => {
    if (!grid) return;
    const box = canvas.getBoundingClientRect();
    const x = Math.floor((e.clientX - box.left - LEFT) / grid.cellW);
    const row = grid.high - Math.floor((e.clientY - box.top) / grid.cellH);
    const n = l.heat[x]?.[row];
    if (n === undefined) return;
    const width = (l.toNs - l.fromNs) / l.heat.length;
    says.textContent = `${f.plural(n, 'command')} of ${f.duration(rowFrom(l.heatFromNs, row))} to ${f.duration(rowFrom(l.heatFromNs, row + 1))}, submitted at ${f.moment(l.fromNs + x * width, width)}`;
  });
  const off = onChange(paint);
  addEventListener('resize', paint, { signal });
  signal.addEventListener('abort', off);
  return el('section', null, el('h2', null, 'When and how long'), canvas, says);
}

/** Where nothing was submitted the lines stop. */
function withGaps(l) {
  const width = (l.toNs - l.fromNs) / l.heat.length;
  return l.drift.flatMap((d, i) => {
    const next = l.drift[i + 1];
    return next && next.fromNs - d.fromNs > width * 1.5 ? [d, { fromNs: d.fromNs + width }] : [d];
  });
}

/** 1, 10, 100 ...: an axis of times has a line for each power of ten. */
function decades(u, axis, low, high) {
  const out = [];
  for (let p = Math.ceil(Math.log10(low)); p <= Math.floor(Math.log10(high)); p++) out.push(10 ** p);
  return out;
}

function partyChart(l, signal) {
  const box = el('div.chart', { role: 'img', 'aria-label': 'Median time by party over time; the table below has the figures' });
  const names = { GUEST: 'guest', MEDIATOR: 'mediator', CONTROLLER: 'controller' };
  const used = PARTIES.filter((p) => l.drift.some((d) => d.parties[p]));
  let plot = null;
  const make = () => {
    plot?.destroy();
    const drift = withGaps(l);
    const x = drift.map((d) => d.fromNs / 1e9);
    const lines = used.flatMap((p) => ['p50', 'p99'].map((q) => drift.map((d) => {
      const v = d.parties?.[p]?.[q];
      return v ? v / 1e3 : null;
    })));
    plot = new uPlot({
      width: Math.max(300, box.clientWidth), height: 220,
      scales: { x: { time: false }, y: { distr: 3, log: 10 } },
      axes: [
        { stroke: colour('--text-quiet'), grid: { show: false }, values: (u, v) => v.map((s) => `${+s.toPrecision(4)} s`) },
        { stroke: colour('--text-quiet'), grid: { stroke: colour('--line') }, size: 64, splits: decades, values: (u, v) => v.map((n) => (n === null ? '' : f.duration(n * 1e3))) },
      ],
      series: [{ label: 'submitted', value: (u, v) => (v === null ? '' : `${v} s`) }, ...used.flatMap((p) => ['p50', 'p99'].map((q) => ({
        label: `${names[p]} ${q === 'p50' ? 'median' : '99 %'}`, stroke: colour(`--${names[p]}`),
        width: q === 'p50' ? 2 : 1, dash: q === 'p50' ? undefined : [4, 3], points: { show: q === 'p50', size: 4 },
        value: (u, v) => (v === null ? '' : f.duration(v * 1e3)),
      })))],
    }, [x, ...lines], box);
  };
  requestAnimationFrame(make);
  const off = onChange(make);
  addEventListener('resize', make, { signal });
  signal.addEventListener('abort', () => {
    off();
    plot?.destroy();
  });
  return el('section', null, el('h2', null, 'By party, over time'), box);
}

function share(row) {
  const sum = PARTIES.reduce((s, p) => s + (row.parties[p]?.mean || 0), 0);
  const bar = el('div.share', { role: 'img', 'aria-label': PARTIES.filter((p) => row.parties[p]).map((p) => `${f.party(p)} ${f.duration(row.parties[p].mean)}`).join(', ') });
  for (const p of PARTIES) {
    const part = row.parties[p];
    if (!part || !sum) continue;
    const piece = el(`span.${f.party(p)}`, { title: `${f.party(p)}: mean ${f.duration(part.mean)}, median ${f.duration(part.p50)}, 99 % ${f.duration(part.p99)}` });
    piece.style.flexGrow = String(part.mean / sum);
    bar.append(piece);
  }
  return bar;
}

function percentiles(id, l) {
  const heads = ['Queue', 'Command', '#Commands', '#Median', '#90 %', '#99 %', '#99.9 %', '#Longest', 'Whose part'];
  return el('section', null, el('h2', null, 'Percentiles by queue and command'),
    table('Latencies by queue and command', heads,
      l.rows.map((r) => el('tr', null,
        el('td', null, f.queue(r.sqid)), el('th', { scope: 'row' },
          el('a', { href: `#/latency/${encodeURIComponent(id)}?sqid=${r.sqid}&opcode=${r.opcode}`, 'data-row': true, 'aria-label': `only ${r.name} of ${f.queue(r.sqid)}` }, r.name)),
        el('td.number', null, f.count(r.whole.count)),
        ['p50', 'p90', 'p99', 'p999', 'max'].map((q) => el('td.number', null, f.duration(r.whole[q]))), el('td', null, share(r))))),
    el('p.quiet-text', null, 'From the doorbell to the completion the guest finds. Parts: ',
      el('span.key.mediator', null, 'mediator'), ' ', el('span.key.controller', null, 'controller'), ' ', el('span.key.guest', null, 'guest, until it acknowledges')));
}

function filters(id, l, query) {
  const queues = [...new Set(l.rows.map((r) => r.sqid))];
  const chosen = query.get('sqid') ?? '-1';
  if (chosen !== '-1' && !queues.includes(Number(chosen))) queues.push(Number(chosen));
  const select = el('select', { 'aria-label': 'queue' }, el('option', { value: -1 }, 'all queues'),
    queues.map((q) => el('option', { value: q, selected: String(q) === chosen }, f.queue(q))));
  select.addEventListener('change', () => {
    const q = new URLSearchParams(query);
    q.set('sqid', select.value);
    location.hash = `#/latency/${encodeURIComponent(id)}?${q}`;
  });
  const all = query.has('opcode') && el('a', { href: `#/latency/${encodeURIComponent(id)}` }, 'all commands');
  return el('div.chooser', null, all, el('label', null, 'Queue ', select));
}

export async function latency({ main, parts, query, signal }) {
  const [id] = parts;
  fill(main, el('h1', null, 'Latency'), waiting('Counting'));
  const wanted = new URLSearchParams();
  for (const name of ['sqid', 'opcode', 'controller']) if (query.has(name)) wanted.set(name, query.get(name));
  const l = await api.latency(id, wanted, signal);
  fill(main,
    el('div.title-row', null, el('h1', null, 'Latency'), el('span.quiet-text', null, `${f.plural(l.commands, 'command')} of ${id}`), filters(id, l, query)),
    l.realTime ? null : el('p.note', null, 'Times of this capture are those of an emulation: they compare with each other, not with a real machine.'),
    l.commands ? [heatMap(l, signal), partyChart(l, signal), percentiles(id, l)] : el('p.empty-line', null, 'No command completed.'));
}
