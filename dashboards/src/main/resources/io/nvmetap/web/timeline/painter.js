// Draws the window: pictures of tiles, and over them what must be sharp at every zoom.

import * as f from '../format.js';
import { FINDINGS, GUTTER, OVERVIEW, RULER } from './layout.js';
import { picture, spanBox } from './picture.js';

const LABEL_PIXELS_MIN = 54;
const PICTURES_A_FRAME = 1;
const ANCESTORS = 7;

export class Painter {
  constructor(canvas, meta, tiles, layout) {
    this.canvas = canvas;
    this.meta = meta;
    this.tiles = tiles;
    this.layout = layout;
    this.g = canvas.getContext('2d', { alpha: false });
    this.scroll = 0;
  }

  resize(width, height) {
    this.scale = devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.canvas.width = Math.round(width * this.scale);
    this.canvas.height = Math.round(height * this.scale);
  }

  get laneTop() {
    return RULER + FINDINGS;
  }

  get laneRoom() {
    return this.height - this.laneTop - OVERVIEW;
  }

  /** @returns true if everything wanted was there */
  draw(view, state, colours) {
    const { g } = this;
    g.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    g.fillStyle = colours.surface;
    g.fillRect(0, 0, this.width, this.height);
    g.save();
    g.beginPath();
    g.rect(GUTTER, this.laneTop, this.width - GUTTER, this.laneRoom);
    g.clip();
    this.bands(view, state, colours);
    const whole = this.lanes(view, colours);
    this.labels(view, colours);
    this.selection(view, state, colours);
    g.restore();
    this.gutter(state, colours);
    this.ruler(view, colours);
    this.findings(view, state, colours);
    this.overview(view, colours);
    return whole;
  }

  visible(lane) {
    const y = lane.top - this.scroll;
    return y + lane.height > 0 && y < this.laneRoom;
  }

  bands(view, state, colours) {
    const { g } = this;
    for (const lane of this.layout.lanes) {
      if (!this.visible(lane)) continue;
      const y = this.laneTop + lane.top - this.scroll;
      if (lane.index === state.lane) {
        g.fillStyle = colours.band;
        g.fillRect(GUTTER, y, this.width - GUTTER, lane.height);
      }
      g.fillStyle = colours.line;
      g.fillRect(GUTTER, y + lane.height - 1, this.width - GUTTER, 1);
    }
    g.fillStyle = colours.reset;
    for (const r of this.meta.resets) {
      const x = GUTTER + view.x(r.fromNs);
      const to = GUTTER + view.x(r.toNs < 0 ? this.meta.toNs : r.toNs);
      if (to < GUTTER || x > this.width) continue;
      g.globalAlpha = 0.14;
      g.fillRect(x, this.laneTop, Math.max(1, to - x), this.laneRoom);
      g.globalAlpha = 0.8;
      g.fillRect(x, this.laneTop, 1, this.laneRoom);
    }
    g.globalAlpha = 1;
  }

  lanes(view, colours) {
    const level = view.level(this.meta.levelMax);
    const numbers = this.tiles.numbers(level, view.fromNs, view.toNs);
    const first = numbers[0];
    const last = numbers[numbers.length - 1];
    this.tiles.want([...numbers, last + 1, first - 1].map((n) => [level, n]));
    let budget = PICTURES_A_FRAME;
    let whole = true;
    for (const n of numbers) {
      const tile = this.tiles.peek(level, n);
      const drawn = tile && this.tile(view, tile, colours, () => budget-- > 0);
      if (!drawn) {
        whole = false;
        this.ancestor(view, level, n, colours);
      }
    }
    // A neighbour's picture while there is time, so that moving on finds it.
    for (const n of [last + 1, first - 1]) {
      const tile = budget > 0 && this.tiles.peek(level, n);
      if (tile) this.tile(view, tile, colours, () => budget-- > 0);
    }
    return whole;
  }

  tile(view, tile, colours, may) {
    const { g } = this;
    const x = GUTTER + view.x(tile.fromNs);
    const width = this.tiles.tileNs(tile.level) / view.nsPerPixel;
    let whole = true;
    for (const page of this.layout.pages) {
      const y = this.laneTop + page.top - this.scroll;
      if (y + page.height < this.laneTop || y > this.height) continue;
      let image = tile.pictures.get(page.number);
      if (!image) {
        if (!may()) {
          whole = false;
          continue;
        }
        image = picture(tile, page, this.meta.buckets, colours);
        tile.pictures.set(page.number, image);
      }
      g.drawImage(image, x, y, width, page.height);
    }
    return whole;
  }

  /** Until a tile comes, the part of a coarser one that covers it. */
  ancestor(view, level, n, colours) {
    const { g } = this;
    for (let up = 1; up <= ANCESTORS && level + up <= this.meta.levelMax; up++) {
      const tile = this.tiles.peek(level + up, Math.floor(n / 2 ** up));
      if (!tile) continue;
      const ns = this.tiles.tileNs(level);
      g.save();
      g.beginPath();
      g.rect(GUTTER + view.x(n * ns), this.laneTop, ns / view.nsPerPixel, this.laneRoom);
      g.clip();
      const done = this.tile(view, tile, colours, () => false);
      g.restore();
      if (done) return;
    }
  }

  /** Names on commands that are wide enough to carry one. */
  labels(view, colours) {
    const { g } = this;
    g.font = '11px system-ui, sans-serif';
    g.textBaseline = 'middle';
    g.textAlign = 'left';
    g.fillStyle = colours.spanText;
    this.eachCommand(view, (c, lane, box) => {
      const left = Math.max(GUTTER, GUTTER + view.x(c.start));
      const room = GUTTER + view.x(c.end) - left;
      if (box.row < 11 || room < LABEL_PIXELS_MIN) return;
      const name = this.meta.opcodes[(c.flags & 1 ? 'a' : 'i') + c.opcode] || `opcode ${c.opcode}`;
      const text = `${name} ${c.cid}`;
      const fits = Math.floor((room - 8) / 6);
      g.fillText(text.length > fits ? `${text.slice(0, Math.max(1, fits - 1))}…` : text,
        left + 4, this.laneTop + lane.top - this.scroll + 2 + (c.row + 0.5) * box.row);
    }, LABEL_PIXELS_MIN * view.nsPerPixel);
  }

  /** Calls back for each command of at least {@code leastNs} that is told by itself in the window. */
  eachCommand(view, callback, leastNs = 0) {
    const level = view.level(this.meta.levelMax);
    const seen = new Set();
    for (const n of this.tiles.numbers(level, view.fromNs, view.toNs)) {
      const tile = this.tiles.peek(level, n);
      if (!tile) continue;
      for (const lane of this.layout.lanes) {
        const list = tile.lanes.get(lane.index)?.commands;
        if (!list || !this.visible(lane)) continue;
        const box = spanBox(lane);
        for (const c of list) {
          if (c.end - c.start < leastNs || c.end < view.fromNs || c.start > view.toNs) continue;
          const once = c.id * 2 + (lane.side === 'GUEST' ? 1 : 0);
          if (seen.has(once)) continue;
          seen.add(once);
          callback(c, lane, box);
        }
      }
    }
  }

  selection(view, state, colours) {
    const { g } = this;
    if (state.command >= 0) {
      g.lineWidth = 2;
      g.strokeStyle = colours.accent;
      this.eachCommand(view, (c, lane, box) => {
        if (c.id !== state.command) return;
        const x = GUTTER + view.x(c.start);
        g.strokeRect(x - 1, this.laneTop + lane.top - this.scroll + 1 + c.row * box.row,
          Math.max(3, view.x(c.end) - view.x(c.start) + 2), Math.max(4, box.row + 1));
      });
    }
    g.setLineDash([4, 3]);
    g.lineWidth = 1;
    g.strokeStyle = colours.accent;
    for (const e of state.evidence) {
      const x = Math.round(GUTTER + view.x(e.timeNs)) + 0.5;
      if (x < GUTTER || x > this.width) continue;
      g.beginPath();
      g.moveTo(x, this.laneTop);
      g.lineTo(x, this.laneTop + this.laneRoom);
      g.stroke();
    }
    g.setLineDash([]);
    if (state.cursorNs !== null) {
      const x = Math.round(GUTTER + view.x(state.cursorNs)) + 0.5;
      g.strokeStyle = colours.quiet;
      g.globalAlpha = 0.5;
      g.beginPath();
      g.moveTo(x, this.laneTop);
      g.lineTo(x, this.laneTop + this.laneRoom);
      g.stroke();
      g.globalAlpha = 1;
    }
  }

  gutter(state, colours) {
    const { g } = this;
    g.fillStyle = colours.surface;
    g.fillRect(0, this.laneTop, GUTTER, this.laneRoom);
    g.save();
    g.beginPath();
    g.rect(0, this.laneTop, GUTTER, this.laneRoom);
    g.clip();
    g.font = '12px system-ui, sans-serif';
    g.textAlign = 'left';
    g.textBaseline = 'middle';
    for (const lane of this.layout.lanes) {
      if (!this.visible(lane)) continue;
      const y = this.laneTop + lane.top - this.scroll;
      if (lane.index === state.lane) {
        g.fillStyle = colours.band;
        g.fillRect(0, y, GUTTER, lane.height);
      }
      g.fillStyle = lane.side === 'GUEST' ? colours.guest : lane.side === 'DEVICE' ? colours.device : colours.quiet;
      g.fillRect(8, y + 6, 3, lane.height - 12);
      g.fillStyle = colours.text;
      g.fillText(lane.name, 18, y + (lane.height > 34 ? 14 : lane.height / 2));
      if (lane.height > 34) {
        g.fillStyle = colours.quiet;
        g.fillText(`${f.count(lane.commands)} commands`, 18, y + 30);
      }
      g.fillStyle = colours.line;
      g.fillRect(0, y + lane.height - 1, GUTTER, 1);
    }
    g.restore();
    g.fillStyle = colours.line;
    g.fillRect(GUTTER - 1, 0, 1, this.height);
  }

  ruler(view, colours) {
    const { g } = this;
    g.fillStyle = colours.surface;
    g.fillRect(GUTTER, 0, this.width - GUTTER, RULER);
    const step = niceStep(view.nsPerPixel * 120);
    g.font = '11px system-ui, sans-serif';
    g.textAlign = 'left';
    g.textBaseline = 'middle';
    for (let ns = Math.ceil(view.fromNs / step) * step; ns < view.toNs; ns += step) {
      const x = GUTTER + view.x(ns);
      g.fillStyle = colours.line;
      g.fillRect(x, 0, 1, RULER);
      g.fillStyle = colours.quiet;
      if (x < this.width - 60) g.fillText(f.moment(ns, step), x + 5, RULER / 2);
    }
    g.fillStyle = colours.text;
    g.font = '12px system-ui, sans-serif';
    g.fillText(`${f.duration(view.spanNs)} shown`, 18, RULER / 2);
    g.fillStyle = colours.line;
    g.fillRect(0, RULER - 1, this.width, 1);
  }

  findings(view, state, colours) {
    const { g } = this;
    const y = RULER;
    g.fillStyle = colours.band;
    g.fillRect(GUTTER, y, this.width - GUTTER, FINDINGS);
    g.fillStyle = colours.text;
    g.fillText(state.judged ? `${f.plural(state.findings.length, 'finding')}` : 'findings …', 18, y + FINDINGS / 2);
    g.save();
    g.beginPath();
    g.rect(GUTTER, 0, this.width - GUTTER, this.height);
    g.clip();
    for (const x of state.findings) {
      const at = GUTTER + view.x(x.timeNs);
      if (at < GUTTER - 8 || at > this.width + 8) continue;
      g.fillStyle = colours.severity[x.severity] || colours.quiet;
      g.beginPath();
      g.moveTo(at - 6, y + 4);
      g.lineTo(at + 6, y + 4);
      g.lineTo(at, y + FINDINGS - 5);
      g.fill();
      if (x.key === state.finding) {
        g.fillRect(at - 0.5, y + 4, 1, this.laneRoom + FINDINGS);
        g.strokeStyle = colours.text;
        g.lineWidth = 1.5;
        g.stroke();
      }
    }
    g.restore();
    g.fillStyle = colours.line;
    g.fillRect(0, y + FINDINGS - 1, this.width, 1);
  }

  /** The whole capture, and where in it the window is. */
  overview(view, colours) {
    const { g } = this;
    const y = this.height - OVERVIEW;
    const width = this.width - GUTTER;
    g.fillStyle = colours.surface;
    g.fillRect(0, y, this.width, OVERVIEW);
    g.fillStyle = colours.line;
    g.fillRect(0, y, this.width, 1);
    g.fillStyle = colours.text;
    g.font = '12px system-ui, sans-serif';
    g.textAlign = 'left';
    g.fillText('whole capture', 18, y + OVERVIEW / 2);
    const all = view.widestNs();
    const first = view.firstNs - (view.lastNs - view.firstNs) * 0.02;
    g.fillStyle = colours.band;
    g.fillRect(GUTTER, y + 6, width, OVERVIEW - 12);
    g.fillStyle = colours.reset;
    for (const r of this.meta.resets) g.fillRect(GUTTER + (r.fromNs - first) / all * width, y + 6, 1, OVERVIEW - 12);
    const x = GUTTER + (view.fromNs - first) / all * width;
    const w = Math.max(3, view.spanNs / all * width);
    g.globalAlpha = 0.25;
    g.fillStyle = colours.accent;
    g.fillRect(x, y + 4, w, OVERVIEW - 8);
    g.globalAlpha = 1;
    g.strokeStyle = colours.accent;
    g.lineWidth = 1.5;
    g.strokeRect(x, y + 4, w, OVERVIEW - 8);
    for (const finding of this.overviewFindings || []) {
      g.fillStyle = colours.severity[finding.severity] || colours.quiet;
      g.fillRect(GUTTER + (finding.timeNs - first) / all * width - 1, y + 8, 2, OVERVIEW - 16);
    }
  }
}

function niceStep(ns) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ns)));
  return [1, 2, 5, 10].map((n) => n * power).find((s) => s >= ns) || power * 10;
}
