// One command: what the guest said and what the controller was told, next to each other.

import * as api from '../api.js';
import { el, fill, table, waiting } from '../dom.js';
import * as f from '../format.js';
import { eventTable, momentHref } from './finding.js';

const MOMENTS = [
  ['SUBMITTED', 'doorbell'],
  ['FETCHED', 'mediator fetches it'],
  ['EMITTED', 'stands in the controller’s queue'],
  ['SEEN', 'completion seen'],
  ['COPIED', 'completion in the guest’s queue'],
  ['ACKNOWLEDGED', 'acknowledged'],
  ['DEVICE_ACKNOWLEDGED', 'acknowledged at the controller'],
];
const BYTES_A_LINE = 16;

/** Bytes of an entry, 16 a line; those that the other side has differently are marked. */
function raw(entry, other) {
  if (!entry) return el('p.empty-line', null, 'Not seen.');
  const mine = f.octets(entry.raw);
  const theirs = other ? f.octets(other.raw) : null;
  const known = BigInt(`0x${entry.known}`);
  const lines = [];
  for (let at = 0; at < mine.length; at += BYTES_A_LINE) {
    lines.push(el('span.offset', null, at.toString(16).padStart(2, '0')),
      mine.slice(at, at + BYTES_A_LINE).map((octet, i) => {
        const n = at + i;
        const seen = n >= 64 || (known >> BigInt(n) & 1n) === 1n;
        const differs = seen && theirs && theirs[n] !== octet;
        return el(`span.octet${differs ? '.differs' : seen ? '' : '.unseen'}`, null, seen ? octet : '--');
      }));
  }
  return el('div.hex', null, lines);
}

function pair(title, p) {
  const sides = [['guest', 'Guest side'], ['device', 'Device side']];
  return el('section', null, el('h2', null, title),
    el('div.pair', null, sides.map(([side, name]) => el('div.entry', null,
      el('h3', null, name, p[side] ? el('span.sub', null, `event ${f.count(p[side].seq)}${p[side].slot >= 0 ? `, slot ${p[side].slot}` : ''}`) : null),
      el('p.decoded', null, p[side]?.text || ''),
      raw(p[side], p[side === 'guest' ? 'device' : 'guest'])))),
    table(`${title}, field by field`, ['#Bytes', 'Field', 'Guest side', 'Device side', ''],
      p.fields.map((x) => el(`tr${x.differs ? '.differs' : ''}`, null,
        el('td.number', null, x.bytes > 1 ? `${x.offset}–${x.offset + x.bytes - 1}` : x.offset),
        el('th', { scope: 'row' }, x.name),
        el('td.mono', null, x.guest || '—'), el('td.mono', null, x.device || '—'),
        el('td', null, x.differs ? 'differs' : '')))));
}

function hops(id, c) {
  const seen = MOMENTS.filter(([name]) => name in c.at);
  let before = null;
  return el('ol.hops', null, seen.map(([name, text]) => {
    const step = before === null ? '' : `+${f.duration(c.at[name] - before)}`;
    before = c.at[name];
    return el(`li.hop-${name.toLowerCase()}`, null,
      el('span.step', null, step), el('span', null, text),
      el('a.when', { href: momentHref(id, c.at[name], `&command=${c.commandId}`) }, f.moment(c.at[name], 1e3)));
  }));
}

function pages(list) {
  if (!list.length) return null;
  const names = { guest: 'guest’s memory', device: 'what the controller was told', list: 'PRP list read' };
  return el('section', null, el('h2', null, 'Data pages ', el('span.count', null, f.count(list.length))),
    table('Data pages', ['Whose', 'Address', '#Bytes'], list.map((p) => el('tr', null,
      el('th', { scope: 'row' }, names[p.what] || p.what), el('td.mono', null, p.address), el('td.number', null, f.count(p.bytes))))));
}

function payloads(list) {
  return list.map((p) => {
    const octets = f.octets(p.raw);
    const lines = [];
    for (let at = 0; at < octets.length; at += BYTES_A_LINE) {
      const run = octets.slice(at, at + BYTES_A_LINE);
      const text = run.map((o) => {
        const n = parseInt(o, 16);
        return n >= 32 && n < 127 ? String.fromCharCode(n) : '·';
      }).join('');
      lines.push(`${at.toString(16).padStart(4, '0')}  ${run.join(' ').padEnd(BYTES_A_LINE * 3)} ${text}`);
    }
    return el('details.payload', null,
      el('summary', null, `Payload, ${p.what.toLowerCase().replaceAll('_', ' ')} `,
        el('span.count', null, `${f.bytes(p.totalBytes)}${octets.length < p.totalBytes ? `, ${f.bytes(octets.length)} here` : ''}`)),
      p.digest ? el('p.mono', null, `digest ${p.digest}`) : null,
      lines.length ? el('pre.dump', { tabindex: 0, 'aria-label': 'payload bytes' }, lines.join('\n')) : null);
  });
}

function ending(c) {
  if (c.open) return el('span.badge.error', null, 'never completed');
  if (c.cut) return el('span.badge.warning', null, 'ended by a reset');
  return el(`span.badge.${/success/i.test(c.status) ? 'good' : 'warning'}`, null, c.status);
}

export async function command({ main, parts, signal }) {
  const [id, commandId] = parts;
  fill(main, waiting('Reading the command'));
  const c = await api.command(id, commandId, signal);
  const differing = [...c.submission.fields, ...c.completion.fields].filter((x) => x.differs).length;
  fill(main,
    el('p.crumbs', null, el('a', { href: `#/capture/${encodeURIComponent(id)}` }, id), ` › command ${f.count(c.commandId)}`),
    el('div.title-row', null, el('h1', null, c.name), ending(c),
      el('span.quiet-text', null, `${c.sqid === 0 ? 'admin queue' : `SQ ${c.sqid}`} · CID ${c.cid}${c.own ? ' · the mediator’s own' : ''}${differing ? ` · ${f.plural(differing, 'field')} differ between the sides` : ''}`),
      el('a.button', { href: momentHref(id, Object.values(c.at)[0] ?? 0, `&command=${c.commandId}`), 'data-row': true }, 'Show in the timeline')),
    el('section', null, el('h2', null, 'Its way'), hops(id, c)),
    pair('Submission', c.submission),
    pair('Completion', c.completion),
    pages(c.pages),
    c.payloads.length ? el('section', null, el('h2', null, 'Data'), payloads(c.payloads)) : null,
    el('section', null, el('h2', null, 'All its events ', el('span.count', null, f.count(c.events.length))),
      eventTable(id, c.events), c.more ? el('p.quiet-text', null, 'and more that are not shown') : null));
}
