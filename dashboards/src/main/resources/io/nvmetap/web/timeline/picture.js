// A picture of one tile and one page of lanes, drawn once; the canvas then only moves pictures about.

import { CUT, FAILED, OPEN, WAITS } from './palette.js';
import { MARK_STRIP } from './layout.js';
import { Raster } from './raster.js';

const DEPTH_SCALE = 256;
// Narrower than this many buckets: one colour, on the grid of pixels, so that it stays clear.
const NARROW = 1.5;
const WAITING_ALPHA = 140;

/** Widths are in buckets, a bucket a pixel of the picture. */
export function picture(tile, page, buckets, colours) {
  const raster = new Raster(buckets, page.height);
  for (const lane of page.lanes) {
    const content = tile.lanes.get(lane.index);
    if (!content) continue;
    const y = lane.top - page.top;
    if (content.commands) commands(raster, tile, lane, y, content.commands, colours);
    else sums(raster, lane, y, content.sums, buckets, colours);
    if (content.marks) marks(raster, tile, lane, y, content.marks, colours);
    else bits(raster, lane, y, content.bits, buckets, colours);
  }
  return raster.canvas();
}

export function spanBox(lane) {
  const room = lane.height - MARK_STRIP - 3;
  const row = room / Math.max(1, Math.min(64, lane.rows));
  return { room, row };
}

/** Steps of a command as [hop, from, to]; -1 for what never ended. */
export function steps(c) {
  const out = [];
  let from = c.start;
  for (let h = 0; h < 4; h++) {
    if (c.hops[h] >= from) {
      if (c.hops[h] > from) out.push([h, from, c.hops[h]]);
      from = c.hops[h];
    }
  }
  const open = (c.flags & (OPEN | CUT)) !== 0;
  if (c.end > from || !out.length) out.push([open ? -1 : 4, from, c.end]);
  return out;
}

function commands(raster, tile, lane, y, list, colours) {
  const { row } = spanBox(lane);
  const scale = 2 ** tile.level;
  const h = Math.max(1, row >= 4 ? row - 1 : row);
  for (const c of list) {
    const top = y + 2 + c.row * row;
    const parts = steps(c);
    const unended = c.flags & WAITS ? colours.waits : colours.bad;
    if ((c.end - c.start) / scale < NARROW) {
      const [hop] = parts.reduce((a, b) => (b[2] - b[1] > a[2] - a[1] ? b : a));
      raster.bar((c.start - tile.fromNs) / scale, top, 1, h, hop < 0 ? unended : colours.hops[hop]);
      continue;
    }
    for (const [hop, from, to] of parts) {
      const bad = hop < 0;
      raster.bar((from - tile.fromNs) / scale, top, (to - from) / scale, h,
        bad ? unended : colours.hops[hop], bad ? WAITING_ALPHA : 255);
    }
    if (c.flags & FAILED) raster.bar((c.end - tile.fromNs) / scale - 1, top, 2, h, colours.bad);
  }
}

function sums(raster, lane, y, view, buckets, colours) {
  const { room } = spanBox(lane);
  const most = Math.log2(1 + Math.max(1, lane.rows));
  const base = y + 2 + room;
  for (let b = 0; b < buckets; b++) {
    const depth = view.getUint16(b * 4, true) / DEPTH_SCALE;
    if (!depth) continue;
    const h = Math.max(2, room * Math.min(1, Math.log2(1 + depth) / most));
    raster.bar(b, base - h, 1, h, colours.hops[view.getUint8(b * 4 + 2)]);
    if (view.getUint8(b * 4 + 3)) raster.bar(b, base - h, 1, 3, colours.bad);
  }
}

function strip(lane, y) {
  return lane.kind === 'QUEUE'
    ? { top: y + lane.height - MARK_STRIP, height: MARK_STRIP - 2 }
    : { top: y + 5, height: lane.height - 10 };
}

function marks(raster, tile, lane, y, list, colours) {
  const s = strip(lane, y);
  const scale = 2 ** tile.level;
  for (const m of list) raster.bar((m.ns - tile.fromNs) / scale, s.top, 1, s.height, colours.marks[m.kind]);
}

function bits(raster, lane, y, view, buckets, colours) {
  const s = strip(lane, y);
  for (let b = 0; b < buckets; b++) {
    const kinds = view.getUint32(b * 4, true);
    if (!kinds) continue;
    // Later kinds are told more seldom: what is rare is not covered by what is common.
    const kind = 31 - Math.clz32(kinds);
    raster.bar(b, s.top, 1, s.height, colours.marks[kind] || colours.quiet);
  }
}
