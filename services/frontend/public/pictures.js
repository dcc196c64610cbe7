/** Product pictures, drawn: the kind of thing from the product's name or category, the colours from its id. */

import { s } from './lib/dom.js';

/** What a picture is of. @typedef {{ id: number, name: string, category: string }} Pictured */
/** @typedef {{ c: string, d: string, l: string, a: string }} Colours */

/** @param {string} d @param {string} stroke @param {number} width */
const line = (d, stroke, width) =>
  s('path', {
    d,
    fill: 'none',
    stroke,
    'stroke-width': width,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  });

/** Each draws on a field of 200 × 160, around its middle. c: main, d: dark, l: light, a: accent. @type {Record<string, (colours: Colours) => SVGElement[]>} */
const DRAWINGS = {
  headphones: ({ c, d, l }) => [
    line('M56 96V84a44 44 0 0 1 88 0v12', d, 9),
    s('rect', { x: 44, y: 88, width: 26, height: 44, rx: 12, fill: c }),
    s('rect', { x: 130, y: 88, width: 26, height: 44, rx: 12, fill: c }),
    s('rect', { x: 62, y: 92, width: 8, height: 36, rx: 4, fill: l }),
    s('rect', { x: 130, y: 92, width: 8, height: 36, rx: 4, fill: l }),
  ],
  speaker: ({ c, d, l, a }) => [
    s('rect', { x: 66, y: 26, width: 68, height: 110, rx: 14, fill: c }),
    s('circle', { cx: 100, cy: 58, r: 14, fill: d }),
    s('circle', { cx: 100, cy: 58, r: 5, fill: l }),
    s('circle', { cx: 100, cy: 102, r: 24, fill: d }),
    s('circle', { cx: 100, cy: 102, r: 13, fill: a }),
    s('circle', { cx: 100, cy: 102, r: 5, fill: d }),
  ],
  keyboard: ({ c, d, l, a }) => [
    s('rect', { x: 28, y: 58, width: 144, height: 58, rx: 10, fill: c }),
    ...[0, 1].flatMap((row) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((column) =>
        s('rect', {
          x: 37 + column * 16,
          y: 67 + row * 15,
          width: 12,
          height: 11,
          rx: 3,
          fill: row === 0 && column === 0 ? a : l,
        }),
      ),
    ),
    s('rect', { x: 37, y: 97, width: 20, height: 11, rx: 3, fill: d }),
    s('rect', { x: 61, y: 97, width: 72, height: 11, rx: 3, fill: l }),
    s('rect', { x: 137, y: 97, width: 24, height: 11, rx: 3, fill: d }),
  ],
  monitor: ({ c, d, l, a }) => [
    s('rect', { x: 38, y: 28, width: 124, height: 80, rx: 8, fill: d }),
    s('rect', { x: 45, y: 35, width: 110, height: 66, rx: 4, fill: c }),
    s('path', { d: 'M45 101V84l26-20 22 18 30-28 32 26v21z', fill: l, opacity: 0.8 }),
    s('circle', { cx: 68, cy: 50, r: 7, fill: a }),
    s('path', { d: 'M92 108h16l4 22H88z', fill: d }),
    s('rect', { x: 72, y: 128, width: 56, height: 7, rx: 3.5, fill: d }),
  ],
  camera: ({ c, d, l, a }) => [
    s('path', { d: 'M78 50l8-14h28l8 14z', fill: d }),
    s('rect', { x: 42, y: 48, width: 116, height: 76, rx: 12, fill: c }),
    s('rect', { x: 42, y: 64, width: 116, height: 8, fill: d, opacity: 0.35 }),
    s('circle', { cx: 100, cy: 90, r: 28, fill: d }),
    s('circle', { cx: 100, cy: 90, r: 18, fill: l }),
    s('circle', { cx: 100, cy: 90, r: 9, fill: d }),
    s('circle', { cx: 144, cy: 58, r: 4, fill: a }),
  ],
  charger: ({ c, d, l, a }) => [
    line('M100 112c0 26 46 8 46-18', d, 6),
    s('rect', { x: 72, y: 48, width: 56, height: 66, rx: 14, fill: c }),
    line('M88 48V30M112 48V30', d, 8),
    s('path', { d: 'M104 60 88 84h11l-4 18 18-26h-12z', fill: a }),
    s('rect', { x: 138, y: 80, width: 16, height: 18, rx: 4, fill: l }),
  ],
  tablet: ({ c, d, l, a }) => [
    s('rect', { x: 58, y: 22, width: 84, height: 118, rx: 11, fill: d }),
    s('rect', { x: 65, y: 30, width: 70, height: 102, rx: 5, fill: c }),
    s('rect', { x: 73, y: 40, width: 54, height: 34, rx: 4, fill: l }),
    s('rect', { x: 73, y: 82, width: 24, height: 18, rx: 4, fill: a }),
    s('rect', { x: 103, y: 82, width: 24, height: 18, rx: 4, fill: l }),
    s('rect', { x: 73, y: 108, width: 54, height: 6, rx: 3, fill: l }),
    s('rect', { x: 73, y: 119, width: 34, height: 6, rx: 3, fill: l }),
  ],
  router: ({ c, d, l, a }) => [
    line('M62 94 50 42M138 94l12-52', d, 7),
    s('rect', { x: 40, y: 88, width: 120, height: 36, rx: 11, fill: c }),
    s('circle', { cx: 60, cy: 106, r: 4, fill: a }),
    s('circle', { cx: 75, cy: 106, r: 4, fill: l }),
    s('circle', { cx: 90, cy: 106, r: 4, fill: l }),
    line('M84 62a22 22 0 0 1 32 0M76 50a36 36 0 0 1 48 0', c, 5),
    s('circle', { cx: 100, cy: 74, r: 4.5, fill: c }),
  ],
  drone: ({ c, d, l, a }) => [
    line('M64 58l72 46M136 58l-72 46', d, 7),
    ...[
      [58, 54],
      [142, 54],
      [58, 108],
      [142, 108],
    ].flatMap(([cx, cy]) => [
      s('ellipse', { cx, cy, rx: 27, ry: 8, fill: l }),
      s('circle', { cx, cy, r: 6, fill: d }),
    ]),
    s('rect', { x: 76, y: 64, width: 48, height: 34, rx: 14, fill: c }),
    s('circle', { cx: 100, cy: 88, r: 7, fill: d }),
    s('circle', { cx: 100, cy: 88, r: 3, fill: a }),
  ],
  webcam: ({ c, d, l, a }) => [
    s('path', { d: 'M84 102h32l10 30H74z', fill: d }),
    s('rect', { x: 52, y: 36, width: 96, height: 68, rx: 32, fill: c }),
    s('circle', { cx: 100, cy: 70, r: 24, fill: d }),
    s('circle', { cx: 100, cy: 70, r: 14, fill: l }),
    s('circle', { cx: 100, cy: 70, r: 6, fill: d }),
    s('circle', { cx: 136, cy: 70, r: 4, fill: a }),
  ],
  projector: ({ c, d, l, a }) => [
    s('path', { d: 'M122 82 180 42v88l-58-28z', fill: a, opacity: 0.3 }),
    s('rect', { x: 34, y: 64, width: 104, height: 54, rx: 12, fill: c }),
    s('circle', { cx: 116, cy: 91, r: 19, fill: d }),
    s('circle', { cx: 116, cy: 91, r: 10, fill: a }),
    line('M48 80h34M48 91h26M48 102h34', l, 5),
    s('rect', { x: 48, y: 118, width: 14, height: 8, rx: 3, fill: d }),
    s('rect', { x: 112, y: 118, width: 14, height: 8, rx: 3, fill: d }),
  ],
  smartwatch: ({ c, d, l, a }) => [
    s('path', { d: 'M82 48l5-26h26l5 26zM82 112l5 26h26l5-26z', fill: d }),
    s('rect', { x: 68, y: 44, width: 64, height: 72, rx: 20, fill: c }),
    s('rect', { x: 76, y: 52, width: 48, height: 56, rx: 13, fill: d }),
    line('M100 66v15l11 7', l, 5),
    s('circle', { cx: 100, cy: 98, r: 3, fill: a }),
    s('rect', { x: 132, y: 70, width: 6, height: 18, rx: 3, fill: d }),
  ],
  books: ({ c, d, l, a }) => [
    s('rect', { x: 52, y: 100, width: 100, height: 22, rx: 5, fill: c }),
    s('rect', { x: 60, y: 106, width: 86, height: 10, fill: l }),
    s('rect', { x: 46, y: 76, width: 98, height: 22, rx: 5, fill: d }),
    s('rect', { x: 54, y: 82, width: 84, height: 10, fill: l }),
    s('path', { d: 'M64 70 76 34l72 10-12 34z', fill: a }),
    s('path', { d: 'M76 34l6 1-12 36-6-1z', fill: d }),
  ],
  home: ({ c, d, l, a }) => [
    s('path', { d: 'M78 30h44l20 46H58z', fill: a }),
    s('rect', { x: 96, y: 76, width: 8, height: 40, fill: d }),
    s('ellipse', { cx: 100, cy: 124, rx: 34, ry: 9, fill: c }),
    s('path', { d: 'M58 76h84l10 40H48z', fill: l, opacity: 0.45 }),
  ],
  garden: ({ c, d, l, a }) => [
    s('path', { d: 'M100 92c-4-34-34-42-46-40 2 26 20 42 46 40Z', fill: a }),
    s('path', { d: 'M100 88c0-40 28-56 48-52-2 32-20 54-48 52Z', fill: c }),
    line('M100 100V72', d, 5),
    s('path', { d: 'M70 96h60l-8 42H78z', fill: d }),
    s('rect', { x: 64, y: 92, width: 72, height: 12, rx: 4, fill: l }),
  ],
  toys: ({ c, d, l, a }) => [
    s('rect', { x: 50, y: 88, width: 46, height: 46, rx: 6, fill: c }),
    s('rect', { x: 104, y: 88, width: 46, height: 46, rx: 6, fill: a }),
    s('rect', { x: 77, y: 38, width: 46, height: 46, rx: 6, fill: d }),
    s('circle', { cx: 100, cy: 61, r: 11, fill: l }),
    s('path', { d: 'M73 100l12 22H61z', fill: l }),
    s('rect', { x: 116, y: 100, width: 22, height: 22, rx: 3, fill: l }),
  ],
  sports: ({ c, d, l, a }) => [
    s('circle', { cx: 100, cy: 82, r: 46, fill: c }),
    line('M100 36v92M54 82h92', d, 4),
    line('M66 51c22 18 22 44 0 62M134 51c-22 18-22 44 0 62', d, 4),
    s('circle', { cx: 84, cy: 64, r: 9, fill: l, opacity: 0.7 }),
    s('ellipse', { cx: 100, cy: 138, rx: 40, ry: 5, fill: a, opacity: 0.5 }),
  ],
  fashion: ({ c, d, l, a }) => [
    s('path', { d: 'M76 34 44 56l14 26 14-8v58h56V74l14 8 14-26-32-22c-6 14-42 14-48 0Z', fill: c }),
    s('path', { d: 'M76 34c6 14 42 14 48 0l-6-3c-6 9-30 9-36 0z', fill: d }),
    s('rect', { x: 72, y: 92, width: 56, height: 9, fill: l }),
    s('rect', { x: 72, y: 106, width: 56, height: 9, fill: a }),
  ],
  grocery: ({ c, d, l, a }) => [
    s('path', { d: 'M62 66h76l-6 70H68z', fill: c }),
    s('path', { d: 'M82 66c-10-22 4-34 14-20 2-18 24-16 20 4 12-4 14 10 8 16z', fill: a }),
    s('path', { d: 'M122 66l16-30 8 5-14 25z', fill: d }),
    s('rect', { x: 80, y: 88, width: 40, height: 26, rx: 5, fill: l }),
  ],
  box: ({ c, d, l, a }) => [
    s('path', { d: 'M100 32 150 54v54l-50 24-50-24V54z', fill: c }),
    s('path', { d: 'M100 32 150 54l-50 22-50-22z', fill: l }),
    s('path', { d: 'M100 76v56l50-24V54z', fill: d }),
    s('path', { d: 'M75 43l50 22v18l-10 5V70L65 48z', fill: a }),
  ],
};

/** Hues that look well as a tile and apart from each other. */
const HUES = [152, 204, 28, 266, 344, 46, 182, 232, 12, 96];

/** Mixes all bits of an id, so that neighbours in the catalog look different. @param {number} id */
function mix(id) {
  let bits = Math.imul(id ^ (id >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** @param {Pictured} product */
function kindOf(product) {
  const words = product.name.toLowerCase().split(/\s+/);
  return (
    words.find((word) => Object.hasOwn(DRAWINGS, word)) ??
    (Object.hasOwn(DRAWINGS, product.category) ? product.category : 'box')
  );
}

/** The picture of a product. Decorative: the product's name stands beside it. @param {Pictured} product */
export function picture(product) {
  const number = mix(product.id);
  const hue = HUES[number % HUES.length];
  const accent = (hue + 150 + ((number >>> 8) % 60)) % 360;
  const colours = {
    c: `hsl(${hue} 38% 52%)`,
    d: `hsl(${hue} 34% 24%)`,
    l: `hsl(${hue} 45% 88%)`,
    a: `hsl(${accent} 72% 60%)`,
  };
  return s(
    'svg',
    {
      viewBox: '0 0 200 160',
      class: 'picture',
      'aria-hidden': 'true',
    },
    s('rect', {
      x: -100,
      y: -60,
      width: 400,
      height: 280,
      fill: `hsl(${hue} 40% 92%)`,
      class: 'picture-back',
    }),
    s('ellipse', { cx: 100, cy: 140, rx: 58, ry: 6, fill: `hsl(${hue} 30% 30%)`, opacity: 0.14 }),
    ...DRAWINGS[kindOf(product)](colours),
  );
}
