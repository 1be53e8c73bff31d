// One capture: what happened, what the rules say, worst first.

import * as api from '../api.js';
import { commandLine, el, fill, problem, table, waiting } from '../dom.js';
import * as f from '../format.js';
import { controllers, SEVERITIES } from './captures.js';

const ORDER = { VIOLATED: 0, UNKNOWN: 1, HOLDS: 2 };

export function findingHref(id, finding) {
  return `#/finding/${encodeURIComponent(id)}/${encodeURIComponent(finding.key)}`;
}

export function worstFirst(list) {
  return [...list].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict]
    || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || a.timeNs - b.timeNs);
}

export function severityBadge(finding) {
  return el(`span.badge.${finding.severity.toLowerCase()}`, null, finding.severity.toLowerCase());
}

function fact(name, value) {
  return value ? [el('dt', null, name), el('dd', null, value)] : null;
}

function facts(s) {
  return el('dl.facts', null,
    fact('Losses', s.lost ? el('span.badge.error', null, `${f.count(s.lost)} events lost`) : 'none'),
    s.damage ? fact('Damage', el('span.badge.error', null, s.damage)) : null,
    s.ended ? null : fact('End', el('span.badge.warning', null, 'cut off: the recording has no end')),
    s.trimmed ? fact('Shown', `the first ${f.count(s.events)} events`) : null,
    s.otherSessions ? fact('Sessions', 'the first of several in this file') : null,
    fact('Events', `${f.count(s.events)} in ${f.duration(s.toNs - s.fromNs)}, ${f.count(s.commands)} commands, ${f.plural(s.resets, 'reset')}`),
    fact('Machine', [s.machine, s.firmware, s.os].filter(Boolean).join(' · ')),
    fact('Mediator', s.mediator ? `${s.mediator} ${s.mediatorVersion} ${s.mediatorBuild}` : 'none: the guest speaks to the controller'),
    fact('Controller', controllers(s)),
    fact('Recorded', f.wallClock(s.wallClockMs)),
    fact('Source', `${s.source}, payload ${s.payload.toLowerCase()}`),
    s.unseen.length ? fact('Cannot see', s.unseen.map((u) => u.toLowerCase().replaceAll('_', ' ')).join(', ')) : null);
}

function violated(id, list) {
  if (!list.length) return el('p.empty-line', null, 'No rule is violated.');
  return el('ol.finding-list', null, list.map((x) => el('li', null,
    el('a.finding-card', { href: findingHref(id, x), 'data-row': true, class: `finding-card ${x.severity.toLowerCase()}` },
      el('span.finding-head', null, severityBadge(x), el(`span.party.${f.party(x.owner).replace(' ', '-')}`, null, f.party(x.owner)),
        el('span.rule', null, x.rule), el('span.when', null, f.moment(x.timeNs, 1e5))),
      el('span.sentence', null, x.explanation || x.title)))));
}

function others(list, verdict, title) {
  const of = list.filter((x) => x.verdict === verdict);
  return of.length && el('details', null,
    el('summary', null, `${title} `, el('span.count', null, f.count(of.length))),
    table(title, ['Rule', verdict === 'UNKNOWN' ? 'What was missing' : 'Says'],
      of.map((x) => el('tr', null, el('th.rule', { scope: 'row' }, x.rule), el('td', null, x.explanation || x.title)))));
}

export async function capture({ main, parts, signal }) {
  const id = parts[0] || '';
  const judged = el('section.findings', null, el('h2', null, 'Findings'), waiting('The rules are reading the capture'));
  const about = el('aside.about', null, waiting('Reading the capture'));
  fill(main,
    el('div.title-row', null, el('h1', null, id),
      el('a.button', { href: `#/timeline/${encodeURIComponent(id)}` }, 'Open the timeline')),
    el('div.columns', null, judged, about));
  const file = api.summary(id, signal).then((s) => {
    fill(about, el('h2', null, 'Capture'), facts(s));
    return s.path;
  });
  file.catch(() => {});
  try {
    const answer = await api.findings(id);
    if (signal.aborted) return;
    const list = worstFirst(answer.findings);
    const s = answer.summary;
    fill(judged,
      answer.problem ? problem(answer.problem) : null,
      s.story?.length ? [el('h2', null, 'Story'), el('ul.story', null, s.story.map((line) => el('li', null, line)))] : null,
      el('h2', null, 'Findings ', el('span.count', null, f.count(list.filter((x) => x.verdict === 'VIOLATED').length))),
      violated(id, list.filter((x) => x.verdict === 'VIOLATED')),
      s.quirks?.length ? [el('h2', null, 'What firmware and controller need'), el('ul.story', null, s.quirks.map((line) => el('li', null, line)))] : null,
      others(list, 'UNKNOWN', 'Rules that could not decide'),
      others(list, 'HOLDS', 'Rules that hold'),
      el('p.quiet-text', null, `Said by ${answer.from === 'analyze' ? 'analyze, just now' : answer.from}.`),
      commandLine(`./nvmetap analyze ${f.shellWord(await file)}`));
  } catch (e) {
    if (!signal.aborted) fill(judged, el('h2', null, 'Findings'), problem(e.message));
  }
}
