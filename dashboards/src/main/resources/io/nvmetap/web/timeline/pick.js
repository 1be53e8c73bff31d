// What is at a point of the canvas, and what comes next.

import { FINDINGS, GUTTER, RULER } from './layout.js';

const NEAR = 6;

function inWindow(t, lane, content) {
  const level = t.view.level(t.meta.levelMax);
  const out = [];
  for (const n of t.tiles.numbers(level, t.view.fromNs, t.view.toNs)) {
    const list = t.tiles.peek(level, n)?.lanes.get(lane.index)?.[content];
    if (list) out.push(...list);
  }
  return out;
}

export function hit(t, x, y) {
  if (y < RULER + FINDINGS && y > RULER && x > GUTTER) {
    const finding = [...t.state.findings].sort((a, b) => distance(a) - distance(b))[0];
    return finding && distance(finding) < 10 ? { lane: -1, finding } : null;
  }
  function distance(f) {
    return Math.abs(t.view.x(f.timeNs) + GUTTER - x);
  }
  const down = y - t.painter.laneTop + t.painter.scroll;
  const lane = t.layout.lanes.find((l) => down >= l.top && down < l.top + l.height);
  if (!lane || y < t.painter.laneTop || y > t.painter.laneTop + t.painter.laneRoom) return null;
  if (x < GUTTER) return { lane: lane.index };
  const ns = t.view.ns(x - GUTTER);
  const near = NEAR * t.view.nsPerPixel;
  const room = lane.height - 12;
  const row = Math.floor((down - lane.top - 2) / (room / Math.max(1, lane.rows)));
  const commands = inWindow(t, lane, 'commands').filter((c) => c.start - near <= ns && ns <= c.end + near);
  const command = commands.find((c) => c.row === row) || commands.sort((a, b) => Math.abs(a.row - row) - Math.abs(b.row - row))[0];
  if (command && down - lane.top < lane.height - 10) return { lane: lane.index, command };
  const mark = inWindow(t, lane, 'marks').sort((a, b) => Math.abs(a.ns - ns) - Math.abs(b.ns - ns))[0];
  if (mark && Math.abs(mark.ns - ns) < near) return { lane: lane.index, mark };
  return { lane: lane.index, command };
}

/** The command of the selected lane before or after the selected one, or near the middle. */
export function neighbour(t, by) {
  const lane = t.layout.lanes[t.state.lane] || t.layout.lanes.find((l) => l.commands);
  if (!lane) return null;
  const seen = new Map(inWindow(t, lane, 'commands').map((c) => [c.id, c]));
  const list = [...seen.values()].sort((a, b) => a.start - b.start);
  if (!list.length) return { lane: lane.index };
  const now = list.findIndex((c) => c.id === t.state.command);
  const middle = list.findIndex((c) => c.start >= t.view.centreNs);
  const at = now >= 0 ? now + by : middle < 0 ? list.length - 1 : middle;
  const command = list[Math.max(0, Math.min(list.length - 1, at))];
  if (command.start < t.view.fromNs || command.start > t.view.toNs) t.view.centre(command.start);
  return { lane: lane.index, command };
}

const REGISTERS = {
  0x0: 'CAP', 0x8: 'VS', 0xc: 'INTMS', 0x10: 'INTMC', 0x14: 'CC', 0x1c: 'CSTS', 0x20: 'NSSR', 0x24: 'AQA', 0x28: 'ASQ', 0x30: 'ACQ',
};

export function markText(meta, mark) {
  const kind = meta.marks[mark.kind];
  const title = kind.toLowerCase().replaceAll('_', ' ').replace(/^(sq|cq)/, (q) => q.toUpperCase());
  if (kind.startsWith('REGISTER')) return { title, value: REGISTERS[mark.value] || `offset 0x${mark.value.toString(16)}` };
  if (/INTERRUPT|VECTOR/.test(kind)) return { title, value: `vector ${mark.value}` };
  if (/DOORBELL/.test(kind)) return { title, value: String(mark.value) };
  if (kind === 'EVENTS_LOST') return { title, value: `${mark.value} events` };
  return { title, value: '' };
}
