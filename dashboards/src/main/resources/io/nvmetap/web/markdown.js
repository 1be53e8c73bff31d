// The pages of the rules: paragraphs, headings, tables left as lines; **bold**, `code`, [links](to).
// Made of elements, never of markup.

import { el } from './dom.js';

const INLINE = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)]+)\)/g;

function inline(text) {
  const out = [];
  let at = 0;
  for (const m of text.matchAll(INLINE)) {
    out.push(text.slice(at, m.index));
    if (m[1]) out.push(el('strong', null, m[1]));
    else if (m[2]) out.push(el('code', null, m[2]));
    else out.push(el('em', null, m[3]));
    at = m.index + m[0].length;
  }
  out.push(text.slice(at));
  return out;
}

/** @returns elements for a page; its first heading is left out */
export function render(source) {
  return source.split(/\n\s*\n/).map((block) => {
    const text = block.trim();
    if (!text || text.startsWith('# ')) return null;
    const heading = /^#{2,4} (.*)$/.exec(text);
    if (heading) return el('h3', null, inline(heading[1]));
    if (/^[*-] /.test(text)) {
      return el('ul', null, text.split(/\n(?=[*-] )/).map((item) => el('li', null, inline(item.replace(/^[*-] /, '').replaceAll('\n', ' ')))));
    }
    if (text.startsWith('    ') || block.startsWith('    ')) return el('pre', null, block);
    return el('p', null, inline(text.replaceAll('\n', ' ')));
  });
}
