// Elements are made here and nowhere else. What comes from a device only ever becomes a text node.

/** el('a.quiet', {href: '#/live'}, 'Live'): tag and classes, attributes and listeners, children. */
export function el(spec, attributes, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replaces what is in a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** A table with a caption for readers who cannot see it. A head that begins with # is of numbers. */
export function table(caption, heads, rows, classes = '') {
  return el('div.table-wrap', null, el(`table${classes && '.' + classes}`, null,
    el('caption.hidden-text', null, caption),
    el('thead', null, el('tr', null, heads.map((h) => (h.startsWith('#')
      ? el('th.number', { scope: 'col' }, h.slice(1)) : el('th', { scope: 'col' }, h))))),
    el('tbody', null, rows)));
}

/** A line that says that something is being loaded. */
export function waiting(text) {
  return el('p.waiting', { role: 'status' }, el('span.spinner', { 'aria-hidden': 'true' }), text);
}

/** A box that says what went wrong. */
export function problem(text) {
  return el('p.problem', { role: 'alert' }, text);
}

/** Tells readers who cannot see the page. */
export function announce(text) {
  document.getElementById('announce').textContent = text;
}

/** A command line with a button that copies it. */
export function commandLine(text) {
  const button = el('button.copy', { type: 'button', 'aria-label': `Copy: ${text}` }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  const code = el('code', null, text);
  return el('div.command-line', null, code, button);
}
