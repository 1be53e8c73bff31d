// Light and dark: what the system prefers, until the user chooses.

const KEY = 'nvmetap-theme';
const CHOICES = ['system', 'light', 'dark'];
const listeners = new Set();
const system = matchMedia('(prefers-color-scheme: dark)');

function stored() {
  try {
    const s = localStorage.getItem(KEY);
    return CHOICES.includes(s) ? s : 'system';
  } catch {
    return 'system';
  }
}

function apply(choice) {
  const preferred = system.matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = choice === 'system' ? preferred : choice;
  const button = document.getElementById('theme');
  button.textContent = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' }[choice];
  button.setAttribute('aria-label', `Theme is ${choice}; change it`);
  listeners.forEach((l) => l());
}

export function next() {
  const choice = CHOICES[(CHOICES.indexOf(stored()) + 1) % CHOICES.length];
  try {
    localStorage.setItem(KEY, choice);
  } catch { /* not kept: it holds for this page */ }
  apply(choice);
}

export function start() {
  apply(stored());
  document.getElementById('theme').addEventListener('click', next);
  system.addEventListener('change', () => apply(stored()));
}

/** Calls back whenever colours change; returns how to stop that. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The value of a custom property, for canvases. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
