/** Whether a picture is for a light or a dark page, or follows what its reader prefers. */
export type Theme = 'light' | 'dark' | 'auto';

/** By class: how it looks in both themes, on a light page, and on a dark one. */
const RULES: readonly [selector: string, both: string, light: string, dark: string][] = [
  ['.page', '', 'fill:#ffffff;stroke:#d9ded8', 'fill:#161d1a;stroke:#2f3a35'],
  [
    'text',
    "font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif",
    'fill:#55615b',
    'fill:#a3b1aa',
  ],
  ['.title', 'font-size:19px;font-weight:600', 'fill:#16201b', 'fill:#e9efeb'],
  ['.subtitle', 'font-size:13px', '', ''],
  ['.legend', 'font-size:13px', 'fill:#16201b', 'fill:#e9efeb'],
  ['.panel', 'font-size:13px;font-weight:600', 'fill:#16201b', 'fill:#e9efeb'],
  ['.phase', 'font-size:11px', '', ''],
  [
    '.value',
    'font-weight:600;stroke-width:3px;stroke-linejoin:round;paint-order:stroke',
    'fill:#b3321b;stroke:#ffffff',
    'fill:#ff8f73;stroke:#161d1a',
  ],
  ['.grid', '', 'stroke:#e4e8e3', 'stroke:#27312c'],
  ['.axis', '', 'stroke:#9aa69f', 'stroke:#5d6b64'],
  ['.shade', '', 'fill:#16201b;fill-opacity:.035', 'fill:#ffffff;fill-opacity:.035'],
  ['.band', '', 'fill:#55615b;fill-opacity:.16', 'fill:#a3b1aa;fill-opacity:.18'],
  ['.target', 'stroke-width:1.6;fill:none', 'stroke:#55615b', 'stroke:#a3b1aa'],
  ['.target-point', 'stroke-width:2', 'stroke:#16201b;fill:#ffffff', 'stroke:#e9efeb;fill:#161d1a'],
  ['.predicted', 'stroke-width:2;stroke-dasharray:6 4;fill:none', 'stroke:#2f6bb3', 'stroke:#7fb2ee'],
  ['.observed', 'stroke-width:2.8;fill:none;stroke-linejoin:round', 'stroke:#b3321b', 'stroke:#ff8f73'],
  ['.observed-area', 'fill-opacity:.1', 'fill:#b3321b', 'fill:#ff8f73'],
  ['.observed-point', '', 'fill:#b3321b', 'fill:#ff8f73'],
  ['.baseline', 'stroke-width:2.5;fill:none;stroke-linejoin:round', 'stroke:#0d6b50', 'stroke:#4cc79b'],
  ['.baseline-point', '', 'fill:#0d6b50', 'fill:#4cc79b'],
  ['.alert', 'stroke-width:1.5;stroke-dasharray:2 4', 'stroke:#8a5200', 'stroke:#f2b84b'],
  ['.event', 'stroke-width:1.2;stroke-dasharray:5 4', 'stroke:#16201b', 'stroke:#e9efeb'],
  [
    '.note',
    'font-weight:600;stroke-width:3px;stroke-linejoin:round;paint-order:stroke',
    'fill:#16201b;stroke:#ffffff',
    'fill:#e9efeb;stroke:#161d1a',
  ],
  ['.alert-note', '', 'fill:#8a5200', 'fill:#f2b84b'],
];

/** The picture's rules, each for elements of `.curve` alone: within a page they reach nothing else. */
export function chartStyle(theme: Theme): string {
  const rules = (pick: (both: string, light: string, dark: string) => string[]): string =>
    RULES.flatMap(([selector, both, light, dark]) => {
      const declared = pick(both, light, dark).filter((text) => text !== '');
      return declared.length === 0 ? [] : [`.curve ${selector}{${declared.join(';')}}`];
    }).join('\n');
  const first = rules((both, light, dark) => [both, theme === 'dark' ? dark : light]);
  if (theme !== 'auto') return first;
  // On paper a picture is a light one.
  return `${first}\n@media screen and (prefers-color-scheme:dark){\n${rules((_both, _light, dark) => [dark])}\n}`;
}
