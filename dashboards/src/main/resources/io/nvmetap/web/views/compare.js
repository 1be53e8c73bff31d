// Two captures, or a capture and its replay: where they part, in the middle; both sides of it around.

import * as api from '../api.js';
import { commandLine, el, fill, problem, table, waiting } from '../dom.js';
import * as f from '../format.js';

const BEFORE = 12;
const AFTER = 12;
const REPLAY = 'replay:reference';

function chooser(id, second, list) {
  const first = el('select', { 'aria-label': 'first capture' }, list.map((c) => el('option', { value: c.id, selected: c.id === id }, c.id)));
  const other = el('select', { 'aria-label': 'second capture' },
    el('option', { value: '' }, 'choose …'),
    el('option', { value: REPLAY, selected: second === REPLAY }, 'its replay into the reference driver'),
    list.filter((c) => c.id !== id).map((c) => el('option', { value: c.id, selected: c.id === second }, c.id)));
  const go = () => {
    location.hash = `#/compare/${encodeURIComponent(first.value)}${other.value ? `/${encodeURIComponent(other.value)}` : ''}`;
  };
  first.addEventListener('change', go);
  other.addEventListener('change', go);
  return el('div.chooser', null, el('label', null, 'A ', first), el('label', null, 'B ', other));
}

async function around(id, seq, signal) {
  if (seq < 0) return { before: [], at: null, after: [] };
  const from = Math.max(0, seq - BEFORE);
  const { events } = await api.eventsFrom(id, from, BEFORE + AFTER + 1, signal);
  return {
    before: events.filter((e) => e.seq < seq),
    at: events.find((e) => e.seq === seq) || null,
    after: events.filter((e) => e.seq > seq),
  };
}

function lines(events) {
  return events.map((e) => el('li', null,
    el('span.number', null, f.count(e.seq)), el(`span.side.${e.side.toLowerCase()}`, null, e.side === 'NONE' ? '' : e.side.toLowerCase()),
    el('span.kind', null, e.kind), el('span.says', null, e.text)));
}

function column(name, id, around_, sentence) {
  return {
    before: el('ol.strip', { 'aria-label': `${name}, before` }, lines(around_.before)),
    at: el('div.parting', null,
      el('p.where', null, name, around_.at ? el('a', { href: `#/timeline/${encodeURIComponent(id)}?t=${around_.at.timeNs}`, 'data-row': true }, ` event ${f.count(around_.at.seq)}`) : ''),
      el('p.sentence', null, sentence)),
    after: el('ol.strip', { 'aria-label': `${name}, after` }, lines(around_.after)),
  };
}

async function parting(box, answer, signal) {
  const d = answer.differences[0];
  const [a, b] = await Promise.all([around(answer.a, d.seqA, signal), around(answer.b, d.seqB, signal)]);
  const left = column('A', answer.a, a, d.a);
  const right = column('B', answer.b, b, d.b);
  fill(box,
    el('h2', null, 'They part here'),
    el('p.quiet-text', null, `${d.stream}, number ${f.count(d.number)}`),
    el('div.parted', null,
      left.before, right.before, left.at, right.at, left.after, right.after));
}

function otherDifferences(list) {
  return list.length > 1 && el('section', null, el('h2', null, 'And here ', el('span.count', null, f.count(list.length - 1))),
    table('Other differences', ['Stream', 'A', 'B'], list.slice(1).map((d) => el('tr', null,
      el('th', { scope: 'row' }, `${d.stream}, number ${f.count(d.number)}`), el('td', null, d.a), el('td', null, d.b)))));
}

function counts(summary) {
  const kinds = Object.entries(summary.differing || {});
  return summary.commandsA === undefined ? null : el('section', null, el('h2', null, 'Commands'),
    table('Commands of both', ['Command', '#A', '#B'],
      [...kinds.map(([name, [a, b]]) => [name, a, b]), ['all', summary.commandsA, summary.commandsB]].map(([name, a, b]) =>
        el('tr', null, el('th', { scope: 'row' }, name), el('td.number', null, f.count(a)), el('td.number', null, f.count(b))))));
}

const SAYS = {
  SAME: () => 'No difference in meaning.',
  DIVERGED: (answer) => f.plural(answer.differences.length, 'difference'),
  VIOLATED: () => 'The guest sees no difference, but the driver breaks a rule.',
  UNKNOWN: () => 'It cannot be decided.',
};
const VERDICTS = { SAME: 'good', DIVERGED: 'error', VIOLATED: 'error', UNKNOWN: 'warning' };

async function replayed(box, answer, signal) {
  const v = answer.differences[0] || {};
  const parted = v.divergedSeq >= 0 ? await around(answer.a, v.divergedSeq, signal) : null;
  const left = parted && column('Recorded', answer.a, parted, parted.at?.text || '');
  fill(box,
    el('p', null, v.commandsCompared !== undefined ? `${f.count(v.commandsCompared)} commands compared with driver ${v.driver}. ` : '', v.reason || ''),
    v.divergence ? [el('h2', null, 'They part here'), el('div.parted', null, left.before, el('div'), left.at,
      el('div.parting', null, el('p.where', null, 'Replayed'), el('p.sentence', null, v.divergence)), left.after, el('div'))] : null,
    v.rules?.violated?.length ? el('section', null, el('h2', null, 'Rules that the driver breaks'), el('ul.story', null, v.rules.violated.map((r) => el('li', null, `${r.rule}: ${r.explanation}`)))) : null,
    v.uncompared?.length ? el('section', null, el('h2', null, 'Not compared'), el('ul.story', null, v.uncompared.map((u) => el('li', null, `${u.text} (${f.count(u.count)})`)))) : null,
    v.adapted?.length ? el('section', null, el('h2', null, 'Driven otherwise'), el('ul.story', null, v.adapted.map((u) => el('li', null, `${u.text} (${f.count(u.count)})`)))) : null,
    el('p.quiet-text', null, 'To look at the replay itself, record it and choose it as B:'),
    commandLine(`${answer.command} --record replay.avro`));
}

export async function compare({ main, parts, signal }) {
  const [id, second] = parts;
  const { captures } = await api.captures(signal);
  const readable = captures.filter((c) => !c.error);
  const out = el('section', null);
  fill(main, el('h1', null, 'Compare'), chooser(id, second, readable), out);
  if (!second) {
    fill(out, el('p.empty-line', null, 'Choose what to compare it with: another capture, or its replay.'));
    return;
  }
  fill(out, waiting(second === REPLAY ? 'Replaying into the reference driver' : 'Comparing by meaning'));
  const answer = await api.compare(id, second, signal);
  const body = el('div', null);
  fill(out,
    el('div.title-row', null, el(`span.badge.large.${VERDICTS[answer.verdict]}`, null, answer.verdict.toLowerCase()),
      el('span', null, (SAYS[answer.verdict] || SAYS.UNKNOWN)(answer))),
    answer.problem ? problem(answer.problem) : null,
    body,
    second === REPLAY ? null : [otherDifferences(answer.differences), counts(answer.summary)],
    el('h3', null, 'The same in a terminal'), commandLine(answer.command));
  if (second === REPLAY) await replayed(body, answer, signal);
  else if (answer.differences.length) await parting(body, answer, signal);
}
