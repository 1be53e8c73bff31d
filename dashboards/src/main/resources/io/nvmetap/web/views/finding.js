// One finding: what is wrong, who owes what, the events that prove it, what there was at that moment,
// what to do.

import * as api from '../api.js';
import { commandLine, el, fill, problem, table, waiting } from '../dom.js';
import * as f from '../format.js';
import { render } from '../markdown.js';
import { severityBadge, worstFirst } from './capture.js';

export function commandHref(id, commandId) {
  return `#/command/${encodeURIComponent(id)}/${commandId}`;
}

export function momentHref(id, timeNs, rest = '') {
  return `#/timeline/${encodeURIComponent(id)}?t=${timeNs}${rest}`;
}

/** Events as a table; those in {@code proof} are marked. */
export function eventTable(id, events, proof = new Set(), caption = 'Events') {
  return table(caption, ['#Event', '#Time', 'Side', 'Kind', 'Says', ''],
    events.map((e) => el(`tr${proof.has(e.seq) ? '.proof' : ''}`, null,
      el('th.number', { scope: 'row' }, f.count(e.seq), proof.has(e.seq) ? el('span.hidden-text', null, ' proves it') : null),
      el('td.number', null, f.moment(e.timeNs, 1e3)),
      el('td', null, el(`span.side.${e.side.toLowerCase()}`, null, e.side === 'NONE' ? '' : e.side.toLowerCase())),
      el('td.kind', null, e.kind),
      el('td.says', null, e.text),
      el('td.links', null,
        el('a', { href: momentHref(id, e.timeNs), 'data-row': true, 'aria-label': `event ${e.seq} in the timeline` }, 'timeline'),
        e.commandId >= 0 ? [' ', el('a', { href: commandHref(id, e.commandId), 'aria-label': `command of event ${e.seq}` }, 'command')] : null))),
    'events');
}

async function evidence(box, id, finding, signal) {
  const seqs = (finding.evidence.length ? finding.evidence : [finding.fromSeq, finding.toSeq]).slice(0, 200);
  const answer = await api.eventsOf(id, seqs, signal);
  const rest = finding.evidence.length - seqs.length;
  fill(box, el('h2', null, 'Events that prove it ', el('span.count', null, f.count(finding.evidence.length))),
    eventTable(id, answer.events, new Set(), 'Events that prove the finding'),
    rest > 0 ? el('p.quiet-text', null, `and ${f.count(rest)} more`) : null);
}

/** Queues, commands that are out, masks, registers. */
export function momentPanel(id, m) {
  const masks = [
    ...m.maskedVectors.map((v) => `vector ${v}`),
    ...(m.intms ? [`INTMS 0x${m.intms.toString(16)}`] : []),
  ];
  return [
    el('dl.facts.short', null,
      m.registers.map((r) => [el('dt', null, r.side.toLowerCase()), el('dd.mono', null, r.text)]),
      el('dt', null, 'masked'), el('dd', null, masks.length ? masks.join(', ') : 'nothing that was seen'),
      el('dt', null, 'in flight'), el('dd', null, f.plural(m.inFlightCount, 'command'))),
    m.queues.length ? table('Queues at that moment', ['Side', 'Queue', '#Entries', 'Goes with', '#Doorbell', '#In flight'],
      m.queues.map((q) => el('tr', null,
        el('td', null, el(`span.side.${q.side.toLowerCase()}`, null, q.side.toLowerCase())),
        el('th', { scope: 'row' }, `${q.completion ? 'CQ' : 'SQ'} ${q.qid}`),
        el('td.number', null, f.count(q.entries)),
        el('td', null, q.partner < 0 ? '' : q.completion ? `vector ${q.partner}` : `CQ ${q.partner}`),
        el('td.number', null, q.doorbell < 0 ? 'never' : q.doorbell),
        el('td.number', null, q.completion ? '' : q.inFlight)))) : el('p.empty-line', null, 'No queue existed.'),
    m.inFlight.length ? table('Commands in flight', ['Command', 'Queue', '#CID', '#Out for'],
      m.inFlight.map((c) => el('tr', null,
        el('th', { scope: 'row' }, el('a', { href: commandHref(id, c.commandId) }, c.name), c.own ? ' (mediator’s own)' : ''),
        el('td', null, `SQ ${c.sqid}`), el('td.number', null, c.cid),
        el('td.number', null, f.duration(Math.max(0, m.timeNs - c.sinceNs)))))) : null,
  ];
}

async function state(box, id, finding, signal) {
  const m = await api.moment(id, finding.toSeq, finding.controller, signal);
  fill(box, el('h2', null, 'At that moment'), momentPanel(id, m));
}

async function rulePage(box, rule, signal) {
  try {
    fill(box, el('h2', null, 'The rule'), render(await api.rule(rule, signal)));
  } catch {
    box.remove();
  }
}

function failing(box, title) {
  return (e) => {
    if (e.name !== 'AbortError') fill(box, el('h2', null, title), problem(e.message));
  };
}

/** The command that a finding names, where it names one. */
async function commandLink(box, id, x, signal) {
  if (x.sqid < 0 || x.cid < 0) return;
  const found = await api.find(id, `sqid=${x.sqid}&cid=${x.cid}&controller=${x.controller}&t=${x.timeNs}`, signal);
  box.append(el('a.button', { href: commandHref(id, found.commandId), 'data-row': true }, 'Open the command'));
}

export async function finding({ main, parts, signal }) {
  const [id, key] = parts;
  fill(main, waiting('The rules are reading the capture'));
  const [answer, summary] = await Promise.all([api.findings(id), api.summary(id, signal)]);
  const list = worstFirst(answer.findings).filter((x) => x.verdict === 'VIOLATED');
  const at = list.findIndex((x) => x.key === key);
  const x = at >= 0 ? list[at] : answer.findings.find((y) => y.key === key);
  if (!x) throw new Error('This capture has no such finding; see its overview.');
  const file = f.shellWord(summary.path);
  const proof = el('section', null, waiting('Reading the events'));
  const now = el('section', null, waiting('Reading the state'));
  const page = el('section.rule-page');
  const links = el('div.actions', null,
    el('a.button.main', { href: momentHref(id, x.timeNs, `&finding=${encodeURIComponent(x.key)}`), 'data-row': true }, 'Show in the timeline'));
  fill(main,
    el('p.crumbs', null, el('a', { href: `#/capture/${encodeURIComponent(id)}` }, id), ' › finding ',
      at >= 0 ? `${at + 1} of ${list.length}` : '', neighbours(id, list, at)),
    el('header.finding-title', null,
      el('div.finding-head', null, severityBadge(x), el(`span.party.${f.party(x.owner).replace(' ', '-')}`, null, `${f.party(x.owner)} owes the next step`), el('span.rule', null, x.rule)),
      el('h1.sentence', null, x.explanation || x.title),
      el('p.clause', null, x.clause, x.sqid >= 0 ? ` · SQ ${x.sqid}` : '', x.cid >= 0 ? ` · CID ${x.cid}` : '', ` · events ${f.count(x.fromSeq)} to ${f.count(x.toSeq)} · ${f.moment(x.timeNs, 1e5)}`),
      links),
    el('div.columns', null,
      el('div', null,
        el('section.remedy', null, el('h2', null, 'What to do'), el('p', null, x.remedy || 'The rule names no remedy.'),
          el('h3', null, 'Drive it again'), commandLine(`./nvmetap replay ${file} --driver reference`),
          el('h3', null, 'Read around it'), commandLine(`./nvmetap show ${file} --from ${Math.max(0, x.fromSeq - 5)} --to ${x.toSeq + 5}`)),
        proof, page),
      el('aside.about', null, now)));
  commandLink(links, id, x, signal).catch(() => {});
  evidence(proof, id, x, signal).catch(failing(proof, 'Events that prove it'));
  state(now, id, x, signal).catch(failing(now, 'At that moment'));
  rulePage(page, x.rule, signal);
}

function neighbours(id, list, at) {
  const link = (to, name) => (list[to]
    ? el('a', { href: `#/finding/${encodeURIComponent(id)}/${encodeURIComponent(list[to].key)}` }, name) : null);
  return at < 0 ? null : el('span.neighbours', null, link(at - 1, '← previous'), ' ', link(at + 1, 'next →'));
}
