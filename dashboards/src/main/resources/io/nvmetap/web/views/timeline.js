// The timeline: every queue on each side a lane, commands from doorbell to acknowledgement.

import * as api from '../api.js';
import { announce, el, fill, problem, waiting } from '../dom.js';
import * as f from '../format.js';
import { onChange } from '../theme.js';
import { GUTTER, lay, OVERVIEW } from '../timeline/layout.js';
import { Painter } from '../timeline/painter.js';
import { palette } from '../timeline/palette.js';
import { hit, markText, neighbour } from '../timeline/pick.js';
import { Tiles } from '../timeline/tiles.js';
import { Viewport } from '../timeline/viewport.js';
import { findingHref, worstFirst } from './capture.js';
import { commandHref } from './finding.js';

const ZOOM_STEP = 1.25;

function legend(meta) {
  return el('ul.legend', { 'aria-label': 'Colours of the steps' },
    meta.hops.map((name, i) => el('li', null, el(`span.swatch.hop-${i}`, { 'aria-hidden': true }), name)),
    el('li', null, el('span.swatch.bad', { 'aria-hidden': true }), 'failed or never completed'),
    el('li', null, el('span.swatch.waits', { 'aria-hidden': true }), 'event request, waits for news'));
}

class Timeline {
  constructor(id, meta, query, signal) {
    this.id = id;
    this.meta = meta;
    this.signal = signal;
    this.state = { lane: -1, command: -1, finding: '', findings: [], judged: false, evidence: [], cursorNs: null, picked: null };
    this.layout = lay(meta.lanes, meta.controllers.length);
    this.view = new Viewport(meta.fromNs, meta.toNs);
    this.tiles = new Tiles(id, meta, signal, () => this.dirty());
    this.canvas = el('canvas', {
      tabindex: 0, role: 'application', 'aria-roledescription': 'timeline', 'data-row': true,
      'aria-label': `Timeline of ${id}: ${f.plural(meta.lanes.length, 'lane')}. Arrow keys move and select a lane, plus and minus zoom, n and p go to findings, brackets to commands, Enter opens.`,
    });
    this.painter = new Painter(this.canvas, meta, this.tiles, this.layout);
    this.panel = el('div', null);
    this.colours = palette(meta.marks);
    this.scheduled = false;
    this.start(query);
  }

  start(query) {
    this.goTo(query);
    this.listen();
    this.observer = new ResizeObserver(() => this.resize());
    this.off = onChange(() => {
      this.colours = palette(this.meta.marks);
      for (const t of this.tiles.kept.values()) t?.pictures.clear();
      this.dirty();
    });
    this.signal.addEventListener('abort', () => {
      this.observer.disconnect();
      this.off();
      this.tiles.kept.clear();
    });
  }

  /** What an address asks for: t, w, cid with sqid, command, finding. */
  goTo(query) {
    const number = (name) => (query.has(name) && Number.isFinite(Number(query.get(name))) ? Number(query.get(name)) : null);
    const t = number('t');
    const w = number('w');
    if (t !== null) this.view.centre(t, w ?? Math.min(this.view.widestNs(), 2e6));
    if (number('command') !== null) this.select(number('command'), t === null);
    this.wanted = query.get('finding') || '';
    if (number('cid') !== null) this.byCid(number('cid'), number('sqid'), t);
  }

  async byCid(cid, sqid, t) {
    try {
      const q = `cid=${cid}&sqid=${sqid ?? 1}${t === null ? '' : `&t=${Math.round(t)}`}`;
      const found = await api.find(this.id, q, this.signal);
      this.select(found.commandId, t === null);
    } catch (e) {
      if (e.name !== 'AbortError') fill(this.panel, problem(e.message));
    }
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas.parentElement;
    if (!width) return;
    this.painter.resize(width, height);
    this.layout = lay(this.meta.lanes, this.meta.controllers.length, this.painter.laneRoom);
    this.painter.layout = this.layout;
    for (const t of this.tiles.kept.values()) t?.pictures.clear();
    this.view.resize(width - GUTTER);
    this.dirty();
  }

  dirty() {
    if (this.scheduled || this.signal.aborted) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      if (this.signal.aborted || !this.painter.width) return;
      const whole = this.painter.draw(this.view, this.state, this.colours);
      this.canvas.dataset.state = whole ? 'ready' : 'loading';
      this.canvas.dataset.spanNs = Math.round(this.view.spanNs);
      if (!whole && !this.tiles.asked && !this.tiles.failure) this.dirty();
      if (whole && this.stepWaiting) {
        const by = this.stepWaiting;
        this.stepWaiting = 0;
        this.stepCommand(by);
      }
      if (this.tiles.failure) fill(this.panel, problem(this.tiles.failure));
    });
  }

  listen() {
    const c = this.canvas;
    const on = (name, listener, options) => c.addEventListener(name, listener, { signal: this.signal, ...options });
    on('wheel', (e) => this.wheel(e), { passive: false });
    on('pointerdown', (e) => this.press(e));
    on('pointermove', (e) => this.move(e));
    on('pointerup', (e) => this.release(e));
    on('pointerleave', () => { this.state.cursorNs = null; this.dirty(); });
    on('dblclick', (e) => { this.view.zoom(1 / 4, e.offsetX - GUTTER); this.moved(); });
    on('keydown', (e) => this.key(e));
  }

  wheel(e) {
    e.preventDefault();
    const most = Math.max(0, this.layout.height - this.painter.laneRoom);
    if (e.altKey || (e.offsetX < GUTTER && most)) this.painter.scroll = Math.min(most, Math.max(0, this.painter.scroll + e.deltaY));
    else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.view.pan(e.deltaX || e.deltaY);
    else this.view.zoom(Math.exp(e.deltaY * 0.0016), e.offsetX - GUTTER);
    this.moved();
  }

  press(e) {
    this.drag = { x: e.offsetX, y: e.offsetY, scroll: this.painter.scroll, far: false, overview: e.offsetY > this.painter.height - OVERVIEW };
    this.canvas.setPointerCapture(e.pointerId);
    if (this.drag.overview) this.toOverview(e.offsetX);
  }

  toOverview(x) {
    const part = Math.min(1, Math.max(0, (x - GUTTER) / (this.painter.width - GUTTER)));
    this.view.centre(this.view.firstNs + part * (this.view.lastNs - this.view.firstNs));
    this.moved();
  }

  move(e) {
    this.state.cursorNs = e.offsetX > GUTTER ? this.view.ns(e.offsetX - GUTTER) : null;
    const d = this.drag;
    if (d?.overview) this.toOverview(e.offsetX);
    else if (d) {
      d.far = d.far || Math.abs(e.offsetX - d.x) + Math.abs(e.offsetY - d.y) > 4;
      this.view.pan(d.x - e.offsetX);
      const most = Math.max(0, this.layout.height - this.painter.laneRoom);
      this.painter.scroll = Math.min(most, Math.max(0, this.painter.scroll + d.y - e.offsetY));
      d.x = e.offsetX;
      d.y = e.offsetY;
      this.moved();
    }
    this.dirty();
  }

  release(e) {
    const d = this.drag;
    this.drag = null;
    if (d && !d.far && !d.overview) this.pick(hit(this, e.offsetX, e.offsetY));
  }

  /** The address follows the window, without a step of history for each. */
  moved() {
    this.canvas.dataset.state = 'moved';
    this.dirty();
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => {
      if (this.signal.aborted) return;
      const q = new URLSearchParams({ t: Math.round(this.view.centreNs), w: Math.round(this.view.spanNs) });
      if (this.state.command >= 0) q.set('command', this.state.command);
      if (this.state.finding) q.set('finding', this.state.finding);
      history.replaceState(null, '', `#/timeline/${encodeURIComponent(this.id)}?${q}`);
    }, 250);
  }

  pick(what) {
    if (!what) return;
    if (what.lane >= 0) this.state.lane = what.lane;
    if (what.finding) this.selectFinding(what.finding);
    else if (what.command) this.select(what.command.id, false);
    else if (what.mark) this.showMark(what.mark);
    this.moved();
  }

  showMark(mark) {
    this.state.command = -1;
    const text = markText(this.meta, mark);
    fill(this.panel, el('h2', null, text.title), el('dl.facts', null,
      el('dt', null, 'at'), el('dd', null, f.moment(mark.ns, 1)), el('dt', null, 'value'), el('dd.mono', null, text.value)));
    announce(`${text.title} ${text.value} at ${f.moment(mark.ns, 1)}`);
  }

  async select(commandId, move) {
    this.state.command = commandId;
    this.dirty();
    try {
      const c = await api.command(this.id, commandId, this.signal);
      if (this.state.command !== commandId) return;
      const times = Object.values(c.at);
      const first = Math.min(...times);
      const long = Math.max(...times) - first;
      if (move) this.view.centre(first + long / 2, long ? Math.max(2000, long * 6) : 2e6);
      this.showCommand(c);
      this.moved();
    } catch (e) {
      if (e.name !== 'AbortError') fill(this.panel, problem(e.message));
    }
  }

  showCommand(c) {
    const order = Object.entries(c.at);
    let before = null;
    const steps = order.map(([name, ns]) => {
      const li = [el('dt', null, name.toLowerCase().replaceAll('_', ' ')), el('dd', null, before === null ? f.moment(ns, 1e3) : `+${f.duration(ns - before)}`)];
      before = ns;
      return li;
    });
    const status = c.open ? 'never completed' : c.cut ? 'ended by a reset' : c.status;
    fill(this.panel, el('h2', null, c.name),
      el('p.quiet-text', null, `${f.queue(c.sqid)} · CID ${c.cid}${c.own ? ' · the mediator’s own' : ''}`),
      el('p', null, el(`span.badge.${/success/i.test(status) ? 'good' : 'warning'}`, null, status)),
      el('dl.facts.short', null, steps),
      c.submission.guest || c.submission.device ? el('p.decoded', null, (c.submission.guest || c.submission.device).text) : null,
      el('a.button.main', { href: commandHref(this.id, c.commandId) }, 'Open the command'));
    announce(`${c.name}, ${f.queue(c.sqid)}, ${status}`);
  }

  async selectFinding(x) {
    Object.assign(this.state, { finding: x.key, evidence: [], command: -1 });
    if (x.timeNs < this.view.fromNs || x.timeNs > this.view.toNs) this.view.centre(x.timeNs);
    fill(this.panel, el('h2', null, x.rule),
      el('p', null, el(`span.badge.${x.severity.toLowerCase()}`, null, x.severity.toLowerCase()), ' ', el('span.party', null, f.party(x.owner))),
      el('p', null, x.explanation || x.title),
      el('a.button.main', { href: findingHref(this.id, x) }, 'Open the finding'));
    announce(`${x.severity.toLowerCase()}, ${f.party(x.owner)}: ${x.explanation || x.title}`);
    this.moved();
    const seqs = x.evidence.slice(0, 50);
    if (seqs.length) {
      const answer = await api.eventsOf(this.id, seqs, this.signal);
      if (this.state.finding === x.key) this.state.evidence = answer.events;
      this.evidenceAt = -1;
      this.dirty();
    }
  }

  stepFinding(by) {
    const list = this.byTime;
    if (!list?.length) return;
    const now = list.findIndex((x) => x.key === this.state.finding);
    const at = now >= 0 ? now + by : by > 0 ? list.findIndex((x) => x.timeNs >= this.view.centreNs) : list.length - 1;
    this.selectFinding(list[(at + list.length) % list.length]);
  }

  stepEvidence() {
    const list = this.state.evidence;
    if (!list.length) return;
    this.evidenceAt = ((this.evidenceAt ?? -1) + 1) % list.length;
    const e = list[this.evidenceAt];
    this.view.centre(e.timeNs);
    announce(`event ${e.seq}: ${e.kind} ${e.text}`);
    this.moved();
  }

  stepLane(by) {
    const last = this.layout.lanes.length - 1;
    this.state.lane = Math.max(0, Math.min(last, this.state.lane < 0 ? 0 : this.state.lane + by));
    const lane = this.layout.lanes[this.state.lane];
    const { painter } = this;
    if (lane.top < painter.scroll) painter.scroll = lane.top;
    if (lane.top + lane.height > painter.scroll + painter.laneRoom) painter.scroll = lane.top + lane.height - painter.laneRoom;
    announce(`${lane.name}, ${f.plural(lane.commands, 'command')}`);
    this.dirty();
  }

  /** Waits until the window is drawn: before that nobody knows what is next. */
  stepCommand(by) {
    if (this.canvas.dataset.state !== 'ready') {
      this.stepWaiting = by;
      return;
    }
    const found = neighbour(this, by);
    if (found && !found.command) announce('Zoom in: here commands are too many to tell apart, or there is none.');
    this.pick(found);
  }

  open() {
    const x = this.state.findings.find((y) => y.key === this.state.finding);
    if (this.state.command >= 0) location.hash = commandHref(this.id, this.state.command);
    else if (x) location.hash = findingHref(this.id, x);
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const pixel = this.state.cursorNs === null ? this.view.width / 2 : this.view.x(this.state.cursorNs);
    const by = this.view.width * (e.shiftKey ? 1 : 0.1);
    const actions = {
      ArrowLeft: () => this.view.pan(-by), ArrowRight: () => this.view.pan(by),
      ArrowUp: () => this.stepLane(-1), ArrowDown: () => this.stepLane(1),
      '+': () => this.view.zoom(1 / ZOOM_STEP / ZOOM_STEP, pixel), '=': () => this.view.zoom(1 / ZOOM_STEP / ZOOM_STEP, pixel),
      '-': () => this.view.zoom(ZOOM_STEP * ZOOM_STEP, pixel), '0': () => this.view.all(),
      n: () => this.stepFinding(1), p: () => this.stepFinding(-1), e: () => this.stepEvidence(),
      '[': () => this.stepCommand(-1), ']': () => this.stepCommand(1),
      Enter: () => this.open(),
      Escape: () => {
        Object.assign(this.state, { command: -1, finding: '', evidence: [] });
        this.hint();
      },
    };
    if (!Object.hasOwn(actions, e.key)) return;
    e.preventDefault();
    actions[e.key]();
    this.moved();
  }

  hint() {
    fill(this.panel, el('h2', null, 'Timeline'),
      el('p.quiet-text', null, 'Wheel zooms, drag moves, a click selects. Keys: ', el('kbd', null, '+'), ' ', el('kbd', null, '−'), ' zoom, ', el('kbd', null, 'n'), ' next finding, ', el('kbd', null, '?'), ' all keys.'));
  }

  judge(answer) {
    const list = worstFirst(answer.findings).filter((x) => x.verdict === 'VIOLATED');
    Object.assign(this.state, { findings: list, judged: true });
    this.byTime = [...list].sort((a, b) => a.timeNs - b.timeNs);
    this.painter.overviewFindings = list;
    const wanted = this.wanted && list.find((x) => x.key === this.wanted);
    if (wanted) this.selectFinding(wanted).catch(() => {});
    this.dirty();
  }
}

function tools(t) {
  const button = (text, name, action) => el('button', { type: 'button', 'aria-label': name, title: name, onclick: () => { action(); t.moved(); } }, text);
  return el('div.toolbar', { role: 'toolbar', 'aria-label': 'Timeline' },
    button('−', 'Zoom out', () => t.view.zoom(2)), button('+', 'Zoom in', () => t.view.zoom(0.5)), button('Whole capture', 'Show the whole capture', () => t.view.all()),
    button('← Finding', 'Previous finding', () => t.stepFinding(-1)), button('Finding →', 'Next finding', () => t.stepFinding(1)));
}

export async function timeline({ main, parts, query, signal }) {
  const [id] = parts;
  fill(main, waiting('Reading the capture'));
  const meta = await api.timeline(id, signal);
  if (!meta.lanes.length) throw new Error('Nothing to draw: this capture has neither commands nor doorbells.');
  const t = new Timeline(id, meta, query, signal);
  const notes = [
    meta.trimmed && `Only the first ${f.count(meta.events)} events are drawn.`,
    meta.refused > 0 && `${f.count(meta.refused)} commands and marks are on queues that are not drawn.`,
    meta.lost > 0 && `${f.count(meta.lost)} events were lost.`,
    meta.damage && `The file is damaged: ${meta.damage}`,
  ].filter(Boolean);
  fill(main,
    el('div.title-row', null, el('h1', null, id), el('span.quiet-text', null, `${f.count(meta.events)} events, ${f.duration(meta.toNs - meta.fromNs)}`), tools(t)),
    notes.map((n) => el('p.note', null, n)),
    el('div.timeline', null, el('div.stage', null, t.canvas),
      el('aside.panel', { 'aria-label': 'Selected' }, t.panel, legend(meta))));
  t.hint();
  t.observer.observe(t.canvas.parentElement);
  t.canvas.focus({ preventScroll: true });
  api.findings(id).then((answer) => t.judge(answer)).catch((e) => {
    if (!signal.aborted) announce(e.message);
  });
}
