// Where each lane is. Lanes come in pages, so that a picture of a tile never grows too high.

export const GUTTER = 168;
export const RULER = 26;
export const FINDINGS = 24;
export const OVERVIEW = 34;
export const PAGE_LANES = 32;
export const MARK_STRIP = 9;

function height(lane) {
  if (lane.kind !== 'QUEUE') return 26;
  if (!lane.commands) return 22;
  return MARK_STRIP + (lane.rows > 16 ? 66 : lane.rows > 4 ? 48 : 30);
}

export function label(lane, controllers) {
  const of = controllers > 1 ? `${lane.controller}: ` : '';
  const side = lane.side === 'NONE' ? '' : lane.side.toLowerCase();
  if (lane.kind === 'CONTROL') return `${of}controller`;
  if (lane.kind === 'INTERRUPTS') return `${of}interrupts ${side}`;
  return `${of}${lane.qid === 0 ? 'admin' : `queue ${lane.qid}`} ${side}`;
}

const STRETCH_MAX = 3;

/** Adds top, height, name and page to each lane; lanes with commands grow to fill the room. */
export function lay(lanes, controllers, room = 0) {
  const fixed = lanes.filter((l) => !l.commands).reduce((sum, l) => sum + height(l), 0);
  const growing = lanes.filter((l) => l.commands).reduce((sum, l) => sum + height(l), 0);
  const stretch = growing ? Math.max(1, Math.min(STRETCH_MAX, (room - fixed) / growing)) : 1;
  let top = 0;
  let page = null;
  const pages = [];
  const placed = lanes.map((lane, index) => {
    if (index % PAGE_LANES === 0) {
      page = { number: pages.length, top, height: 0, lanes: [] };
      pages.push(page);
    }
    const own = Math.floor(height(lane) * (lane.commands ? stretch : 1));
    const l = { ...lane, index, top, height: own, name: label(lane, controllers), page: page.number };
    page.lanes.push(l);
    top += l.height;
    page.height = top - page.top;
    return l;
  });
  return { lanes: placed, pages, height: top };
}
