// The list: losses first, then what was recorded, then what the rules say of it.

import * as api from '../api.js';
import { el, fill, problem, table, waiting } from '../dom.js';
import * as f from '../format.js';

export const SEVERITIES = ['ERROR', 'WARNING', 'INFO'];

/** Counts of violations by severity and party, as small labelled numbers. */
export function tally(findings) {
  const violated = findings.filter((x) => x.verdict === 'VIOLATED');
  if (!violated.length) return el('span.badge.good', null, 'nothing violated');
  const parts = [];
  for (const severity of SEVERITIES) {
    const of = violated.filter((x) => x.severity === severity);
    if (!of.length) continue;
    const owners = [...new Set(of.map((x) => x.owner))].map((o) =>
      `${of.filter((x) => x.owner === o).length} ${f.party(o)}`);
    parts.push(el(`span.badge.${severity.toLowerCase()}`, { title: owners.join(', ') },
      `${of.length} ${severity.toLowerCase()}`), el('span.owners', null, owners.join(', ')));
  }
  return el('span.tally', null, parts);
}

export function controllers(c) {
  return (c.controllers || []).map((k) =>
    k.model || (k.vendorId >= 0 ? `${hex(k.vendorId)}:${hex(k.deviceId)}` : '')).filter(Boolean).join(', ');
}

function hex(n) {
  return n.toString(16).padStart(4, '0');
}

function row(c) {
  const lost = el('td.number', null, '…');
  const events = el('td.number', null, '…');
  const says = el('td', null, '…');
  const href = `#/capture/${encodeURIComponent(c.id)}`;
  const line = el('tr', null,
    lost,
    el('th.name', { scope: 'row' }, el('a', { href, 'data-row': true }, c.id), el('span.sub', null, f.bytes(c.bytes))),
    el('td', null, c.machine || c.source || '', el('span.sub', null, c.firmware)),
    el('td', null, c.os || '—'),
    el('td', null, c.mediator ? `${c.mediator} ${c.mediatorVersion}` : 'no mediator', el('span.sub', null, c.mediatorBuild)),
    el('td', null, controllers(c) || '—'),
    events, says);
  line.addEventListener('click', (e) => {
    if (!e.target.closest('a')) location.hash = href;
  });
  return { line, lost, events, says };
}

async function complete(c, cells, signal) {
  try {
    const s = await api.summary(c.id, signal);
    fill(cells.lost, s.lost > 0
      ? el('span.badge.error', null, `${f.count(s.lost)} lost`)
      : s.damage ? el('span.badge.error', { title: s.damage }, 'damaged')
        : s.ended ? el('span.quiet-text', null, '0') : el('span.badge.warning', { title: 'The recording has no end: it was cut off.' }, 'cut off'));
    fill(cells.events, f.count(s.events));
    const judged = await api.findings(c.id);
    if (!signal.aborted) {
      fill(cells.says, judged.problem ? el('span.badge.warning', { title: judged.problem }, 'not judged') : tally(judged.findings));
    }
  } catch (e) {
    if (e.name !== 'AbortError') {
      fill(cells.says, el('span.badge.warning', { title: e.message }, 'cannot be read'));
      fill(cells.lost, '');
      fill(cells.events, '');
    }
  }
}

export async function captures({ main, signal }) {
  fill(main, el('h1', null, 'Captures'), waiting('Looking for trace files'));
  const answer = await api.captures(signal);
  const rows = answer.captures.map((c) => ({ c, cells: c.error ? null : row(c) }));
  const notes = [];
  if (answer.refused) notes.push(`${f.plural(answer.refused, 'file')} not shown: a link, or it lies outside the folder.`);
  if (answer.more) notes.push('There are more files than are shown; name a folder with fewer.');
  fill(main,
    el('div.title-row', null, el('h1', null, 'Captures'), el('span.quiet-text', null, f.plural(rows.length, 'trace file'))),
    notes.map((n) => el('p.note', null, n)),
    rows.length
      ? table('Captures', ['#Losses', 'Capture', 'Machine', 'System', 'Mediator', 'Controller', '#Events', 'Findings'],
        rows.map(({ c, cells }) => (cells ? cells.line : el('tr', null,
          el('td'), el('th.name', { scope: 'row' }, c.id), el('td', { colspan: 6 }, el('span.badge.warning', null, 'cannot be read'), ' ', c.error)))), 'list')
      : empty());
  // One after the other: each may take a second of a core.
  for (const { c, cells } of rows) {
    if (cells && !signal.aborted) await complete(c, cells, signal);
  }
}

function empty() {
  return el('div.empty', null,
    el('p', null, 'No trace file here. Record a boot, or import a log:'),
    el('pre', null, './nvmetap boot --firmware ovmf --until shell --out b.avro\n./nvmetap import --format qemu boot.log --out b.avro'));
}

export { problem };
