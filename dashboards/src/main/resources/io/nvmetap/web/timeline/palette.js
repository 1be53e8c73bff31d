// Colours of the canvas, read from the style sheet so that light and dark are said once.

import { colour } from '../theme.js';

export const ADMIN = 1;
export const OWN = 2;
export const FAILED = 4;
export const OPEN = 8;
export const CUT = 16;
export const WAITS = 32;

const NAMES = {
  hops: ['--hop-0', '--hop-1', '--hop-2', '--hop-3', '--hop-4'],
};

// One for each kind of mark, in the order of the server's list.
const MARKS = {
  SQ_DOORBELL: '--guest', CQ_DOORBELL: '--mark-ack', SHADOW_DOORBELL: '--guest',
  INTERRUPT_RAISED: '--controller', INTERRUPT_DELIVERED: '--mediator', INTERRUPT_SUPPRESSED: '--mark-quiet',
  VECTOR_MASKED: '--error', VECTOR_UNMASKED: '--good', VECTOR_FLUSHED: '--mark-quiet',
  RESET_BEGIN: '--reset', RESET_END: '--reset', TAKE_OVER: '--reset',
  REGISTER_WRITTEN: '--guest', REGISTER_READ: '--mark-quiet', DECISION: '--mediator',
  EVENTS_LOST: '--error', ANNOTATION: '--text', LINE_LOWERED: '--mark-quiet',
};

export function palette(markNames) {
  return {
    hops: NAMES.hops.map(colour),
    marks: markNames.map((n) => colour(MARKS[n] || '--mark-quiet')),
    bad: colour('--error'), waits: colour('--mark-quiet'), text: colour('--text'), quiet: colour('--text-quiet'), line: colour('--line'),
    surface: colour('--surface'), band: colour('--band'), reset: colour('--reset'), accent: colour('--accent'),
    severity: { ERROR: colour('--error'), WARNING: colour('--warning'), INFO: colour('--info') },
    guest: colour('--guest'), device: colour('--controller'), spanText: colour('--span-text'),
  };
}
