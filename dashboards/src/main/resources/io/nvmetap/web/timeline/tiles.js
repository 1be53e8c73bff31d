// Tiles: asked for once, kept while there is room, decoded as docs/dashboard.md lays them out.

import * as api from '../api.js';

const MAGIC = 0x314c544e;
const KEPT_MAX = 160;
const ASKED_MAX = 4;
const HEADER_BYTES = 20;
const COMMAND_BYTES = 48;
const MARK_BYTES = 20;

/** @returns Map from lane to {commands | sums, marks | bits} */
export function decode(buffer, buckets) {
  const v = new DataView(buffer);
  if (v.byteLength < HEADER_BYTES || v.getUint32(0, true) !== MAGIC) throw new Error('The server sent no tile.');
  const lanes = new Map();
  const count = v.getUint32(16, true);
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    const lane = {};
    const number = v.getUint16(at, true);
    const commands = v.getInt16(at + 2, true);
    at += 4;
    if (commands >= 0) {
      lane.commands = [];
      for (let c = 0; c < commands; c++, at += COMMAND_BYTES) lane.commands.push(command(v, at));
    } else {
      lane.sums = new DataView(buffer, at, buckets * 4);
      at += buckets * 4;
    }
    const marks = v.getInt16(at, true);
    at += 2;
    if (marks >= 0) {
      lane.marks = [];
      for (let m = 0; m < marks; m++, at += MARK_BYTES) {
        lane.marks.push({
          ns: v.getFloat64(at, true), event: v.getInt32(at + 8, true), value: v.getInt32(at + 12, true), kind: v.getUint8(at + 16),
        });
      }
    } else {
      lane.bits = new DataView(buffer, at, buckets * 4);
      at += buckets * 4;
    }
    lanes.set(number, lane);
  }
  return lanes;
}

function command(v, at) {
  const start = v.getFloat64(at, true);
  const hops = [];
  for (let i = 0; i < 5; i++) hops.push(start + v.getFloat32(at + 8 + 4 * i, true));
  return {
    start, hops, end: start + v.getFloat32(at + 28, true), id: v.getFloat64(at + 32, true),
    opcode: v.getUint8(at + 40), flags: v.getUint8(at + 41), row: v.getUint8(at + 42),
    status: v.getUint16(at + 44, true), cid: v.getUint16(at + 46, true),
  };
}

export class Tiles {
  constructor(capture, meta, signal, changed) {
    this.capture = capture;
    this.meta = meta;
    this.signal = signal;
    this.changed = changed;
    this.kept = new Map();
    this.asked = 0;
    this.wanted = [];
    this.failure = '';
  }

  tileNs(level) {
    return this.meta.buckets * 2 ** level;
  }

  /** Numbers of the tiles that a window needs. */
  numbers(level, fromNs, toNs) {
    const ns = this.tileNs(level);
    const first = Math.max(0, Math.floor(Math.max(fromNs, this.meta.fromNs) / ns));
    const last = Math.max(first, Math.floor(Math.min(toNs, this.meta.toNs) / ns));
    return Array.from({ length: Math.min(64, last - first + 1) }, (_, i) => first + i);
  }

  peek(level, number) {
    const key = `${level}/${number}`;
    const tile = this.kept.get(key);
    if (tile) {
      this.kept.delete(key);
      this.kept.set(key, tile);
    }
    return tile;
  }

  /** What is wanted now, most wanted first; what is not asked for yet and not wanted is dropped. */
  want(list) {
    this.wanted = list.filter(([level, n]) => n >= 0 && !this.kept.has(`${level}/${n}`));
    this.next();
  }

  next() {
    while (this.asked < ASKED_MAX && this.wanted.length) {
      const [level, number] = this.wanted.shift();
      const key = `${level}/${number}`;
      if (this.kept.has(key)) continue;
      this.kept.set(key, null);
      this.asked++;
      this.load(level, number, key);
    }
  }

  async load(level, number, key) {
    try {
      const lanes = decode(await api.tile(this.capture, level, number, this.signal), this.meta.buckets);
      this.kept.set(key, { level, number, lanes, fromNs: number * this.tileNs(level), pictures: new Map() });
      for (const old of this.kept.keys()) {
        if (this.kept.size <= KEPT_MAX) break;
        this.kept.delete(old);
      }
    } catch (e) {
      this.kept.delete(key);
      if (e.name !== 'AbortError') this.failure = e.message;
    } finally {
      this.asked--;
      if (!this.signal.aborted) {
        this.next();
        this.changed();
      }
    }
  }
}
