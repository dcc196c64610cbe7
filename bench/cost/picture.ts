/** The bench's tables as a picture. */
import { chartStyle } from '../../report/drawing/chart-style';
import { linearScale } from '../../report/drawing/scale';
import { dot, line, polyline, px, rect, text } from '../../report/drawing/svg';
import { goalRatio, ratioOf, type Figure, type Findings, type Growth } from './figure';

const WIDTH = 960;
const ROW = 26;
const TITLE_ROW = 34;
const TOP = 84;
const BARS = { left: 520, right: WIDTH - 70 };
const GROWTH = { left: 80, right: 540, height: 250 };
/** Steps of a logarithmic axis. */
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Maps 1…largest to pixels by its logarithm. */
function logarithmic(largest: number, first: number, last: number): (ratio: number) => number {
  const scale = linearScale(0, Math.log(largest), first, last);
  return (ratio) => scale(Math.log(ratio));
}

/** Ratios as bars, each with a mark at its goal, and below how costs grow; all on logarithmic axes. */
export function pictureOf(found: readonly Findings[]): string {
  const bars = barsOf(found.filter(({ figures }) => figures.length > 0));
  const growths = growthOf(
    found.flatMap((findings) => findings.growths),
    bars.bottom + 56,
  );
  const height = growths.bottom + 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="curve" viewBox="0 0 ${WIDTH} ${px(height)}" width="${WIDTH}" height="${px(height)}" role="img" aria-labelledby="cost-title">
  <title id="cost-title">What the shop costs</title>
  <style>
${chartStyle('auto')}
  </style>
  ${[
    rect('page', 0.5, 0.5, WIDTH - 1, height - 1, 8),
    text('title', 24, 34, 'What the shop costs'),
    text('subtitle', 24, 56, 'times what it is held against, measured in the same run; dotted: the goal'),
    ...bars.elements,
    ...growths.elements,
  ].join('\n  ')}
</svg>
`;
}

interface Drawn {
  elements: string[];
  bottom: number;
}

function barsOf(found: readonly Findings[]): Drawn {
  const figures = found.flatMap((findings) => findings.figures);
  const largest = Math.max(2, ...figures.flatMap((figure) => [ratioOf(figure), goalRatio(figure) ?? 0]));
  const x = logarithmic(largest * 1.1, BARS.left, BARS.right);
  const elements: string[] = [];
  let y = TOP;
  for (const { title, figures: ofPart } of found) {
    y += TITLE_ROW;
    elements.push(text('panel', 24, y - 10, title));
    for (const figure of ofPart) {
      elements.push(...barAt(y, figure, x));
      y += ROW;
    }
  }
  const axis = STEPS.filter((step) => step <= largest).flatMap((step) => [
    line(step === 1 ? 'axis' : 'grid', x(step), TOP, x(step), y),
    text('', x(step), TOP - 6, `× ${step}`, 'middle'),
  ]);
  return { elements: [...axis, ...elements], bottom: y };
}

function barAt(y: number, figure: Figure, x: (ratio: number) => number): string[] {
  // A bar shorter than a pixel is none.
  const end = Math.max(BARS.left + 1, x(ratioOf(figure)));
  const goal = goalRatio(figure);
  return [
    text('', BARS.left - 10, y + 14, `${figure.name} / ${figure.reference}`, 'end'),
    rect('baseline-point', BARS.left, y + 3, end - BARS.left, 14, 3),
    text('value', end + 6, y + 15, ratioOf(figure).toFixed(2)),
    ...(goal === null || goal < 1 ? [] : [line('alert', x(goal), y, x(goal), y + 20)]),
  ];
}

/** Cost over load, both as multiples of the first point: on the dashed line a cost grows as its load does. */
function growthOf(growths: readonly Growth[], top: number): Drawn {
  const drawn = growths.flatMap(({ name, points }) => {
    const [first] = points;
    if (first === undefined) return [];
    const multiples = points.map(({ x, cost }) => ({ x: x / first.x, y: cost / first.cost }));
    return [{ name, multiples }];
  });
  if (drawn.length === 0) return { elements: [], bottom: top - 56 };
  const all = drawn.flatMap(({ multiples }) => multiples.flatMap(({ x, y }) => [x, y]));
  const largest = Math.max(2, ...all) * 1.1;
  const bottom = top + GROWTH.height;
  const x = logarithmic(largest, GROWTH.left, GROWTH.right);
  const height = logarithmic(largest, bottom, top);
  // What becomes cheaper stands at the bottom, with its figure beside it.
  const y = (multiple: number): number => height(Math.max(1, multiple));
  const axis = STEPS.filter((step) => step <= largest).flatMap((step) => [
    line('grid', GROWTH.left, y(step), GROWTH.right, y(step)),
    text('', GROWTH.left - 8, y(step) + 4, `× ${step}`, 'end'),
    text('', x(step), bottom + 16, `× ${step}`, 'middle'),
  ]);
  const lines = drawn.flatMap(({ multiples }) => {
    const points = multiples.map((point) => ({ x: x(point.x), y: y(point.y) }));
    return [
      polyline('baseline', points),
      ...points.map((point) => dot('baseline-point', point.x, point.y, 3)),
    ];
  });
  return {
    elements: [
      text('panel', 24, top - 22, 'How costs grow with what they are for'),
      ...axis,
      polyline('predicted', [
        { x: x(1), y: y(1) },
        { x: x(largest), y: y(largest) },
      ]),
      ...lines,
      ...labelsOf(drawn.map(({ name, multiples }) => ({ name, last: multiples.at(-1) ?? { x: 1, y: 1 } }))),
    ],
    bottom: bottom + 20,
  };

  /** Beside each line's end, below one another. */
  function labelsOf(ends: readonly { name: string; last: { x: number; y: number } }[]): string[] {
    let free = -Infinity;
    return ends
      .toSorted((a, b) => b.last.y - a.last.y)
      .flatMap(({ name, last }) => {
        const at = Math.max(y(last.y) + 4, free);
        free = at + 17;
        return [
          line('grid', x(last.x) + 4, y(last.y), GROWTH.right + 8, at - 4),
          text(
            'legend',
            GROWTH.right + 12,
            at,
            `${name}: × ${last.y.toFixed(last.y < 1 ? 2 : 1)} for × ${last.x.toFixed(0)}`,
          ),
        ];
      });
  }
}
