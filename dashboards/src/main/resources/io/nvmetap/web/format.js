// Numbers and times as people read them.

const whole = new Intl.NumberFormat('en-US');

export function count(n) {
  return whole.format(n);
}

export function plural(n, one, many) {
  return `${count(n)} ${n === 1 ? one : many || one + 's'}`;
}

/** Three significant digits and a unit. */
export function duration(ns) {
  if (!Number.isFinite(ns)) return '';
  const a = Math.abs(ns);
  if (a < 1e3) return `${Math.round(ns)} ns`;
  if (a < 1e6) return `${digits(ns / 1e3)} µs`;
  if (a < 1e9) return `${digits(ns / 1e6)} ms`;
  if (a < 120e9) return `${digits(ns / 1e9)} s`;
  return `${digits(ns / 60e9)} min`;
}

function digits(x) {
  const a = Math.abs(x);
  return x.toFixed(a >= 100 ? 0 : a >= 10 ? 1 : 2);
}

/** A point in time with as many digits as a step of {@code stepNs} needs. */
export function moment(ns, stepNs = 1) {
  const places = Math.max(0, Math.min(9, 9 - Math.floor(Math.log10(Math.max(1, stepNs)))));
  return `${(ns / 1e9).toFixed(places)} s`;
}

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  if (n < 1024 ** 2) return `${digits(n / 1024)} KiB`;
  return n < 1024 ** 3 ? `${digits(n / 1024 ** 2)} MiB` : `${digits(n / 1024 ** 3)} GiB`;
}

export function wallClock(ms) {
  return ms > 0 ? new Date(ms).toISOString().replace('T', ' ').slice(0, 19) + ' UTC' : '';
}

/** A queue as people call it. */
export function queue(qid) {
  return qid === 0 ? 'admin queue' : `queue ${qid}`;
}

/** A party with a word for nobody. */
export function party(owner) {
  return { GUEST: 'guest', MEDIATOR: 'mediator', CONTROLLER: 'controller' }[owner] || 'not known';
}

/** A word of a command line for a POSIX shell. */
export function shellWord(text) {
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Hexadecimal bytes as an array of two-digit strings. */
export function octets(hex) {
  return hex.match(/../g) || [];
}
