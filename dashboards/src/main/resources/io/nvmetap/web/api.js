// Questions to the server. A question that is not wanted any more is given up by its signal.

async function ask(path, signal) {
  let answer;
  try {
    answer = await fetch(path, { signal, credentials: 'omit' });
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Error('The dashboard does not answer; is `nvmetap serve` still running?');
  }
  if (!answer.ok) {
    let text = `The dashboard answered ${answer.status}.`;
    try {
      text = (await answer.json()).error || text;
    } catch { /* no sentence: the status must do */ }
    throw new Error(text);
  }
  return answer;
}

export async function json(path, signal) {
  return (await ask(path, signal)).json();
}

export async function text(path, signal) {
  return (await ask(path, signal)).text();
}

export async function bytes(path, signal) {
  return (await ask(path, signal)).arrayBuffer();
}

const part = encodeURIComponent;
export const captures = (signal) => json('/api/captures', signal);
export const summary = (id, signal) => json(`/api/captures/${part(id)}`, signal);
export const timeline = (id, signal) => json(`/api/captures/${part(id)}/timeline`, signal);
export const tile = (id, level, n, signal) => bytes(`/api/captures/${part(id)}/tiles/${level}/${n}`, signal);
export const moment = (id, seq, controller, signal) =>
  json(`/api/captures/${part(id)}/moment?seq=${seq}&controller=${controller}`, signal);
export const command = (id, commandId, signal) =>
  json(`/api/captures/${part(id)}/commands/${part(commandId)}`, signal);
export const latency = (id, query, signal) => json(`/api/captures/${part(id)}/latency?${query}`, signal);
export const eventsFrom = (id, from, count, signal) =>
  json(`/api/captures/${part(id)}/events?from=${from}&count=${count}`, signal);
export const eventsOf = (id, seqs, signal) =>
  json(`/api/captures/${part(id)}/events?seqs=${seqs.join(',')}`, signal);
export const find = (id, query, signal) => json(`/api/captures/${part(id)}/find?${query}`, signal);
export const rule = (id, signal) => text(`/api/rules/${part(id)}`, signal);
export const compare = (a, b, signal) => json(`/api/compare?a=${part(a)}&b=${part(b)}`, signal);
export const about = (signal) => json('/api/about', signal);

// Findings are wanted by several views of one capture: they are asked for once.
const judged = new Map();
const JUDGED_MAX = 16;

export function findings(id) {
  if (!judged.has(id)) {
    if (judged.size >= JUDGED_MAX) judged.delete(judged.keys().next().value);
    const asked = json(`/api/captures/${part(id)}/findings`);
    judged.set(id, asked);
    asked.catch(() => judged.delete(id));
  }
  return judged.get(id);
}
