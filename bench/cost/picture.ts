/** The bench's table as a picture. */
import { chartStyle } from '../../report/drawing/chart-style';
import { line, px, rect, text } from '../../report/drawing/svg';
import { ratioOf, type Figure } from './figure';

const WIDTH = 760;
const ROW = 34;
const TOP = 56;
const LEFT = 330;
const RIGHT = WIDTH - 70;

/** Bars of the ratios, each with a mark at its goal; 1 is what it is held against. */
export function pictureOf(figures: readonly Figure[], title: string): string {
  const largest = Math.max(1.5, ...figures.flatMap((figure) => [ratioOf(figure), figure.goal ?? 0])) * 1.05;
  const x = (ratio: number): number => LEFT + ((RIGHT - LEFT) * ratio) / largest;
  const height = TOP + figures.length * ROW + 16;
  const rows = figures.flatMap((figure, index) => {
    const y = TOP + index * ROW;
    const ratio = ratioOf(figure);
    return [
      text('', LEFT - 10, y + 18, `${figure.name} / ${figure.reference}`, 'end'),
      rect('baseline-point', LEFT, y + 5, x(ratio) - LEFT, 18, 3),
      text('value', x(ratio) + 6, y + 18, ratio.toFixed(2)),
      ...(figure.goal === null ? [] : [line('alert', x(figure.goal), y + 1, x(figure.goal), y + 27)]),
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" class="curve" viewBox="0 0 ${String(WIDTH)} ${px(height)}" width="${String(WIDTH)}" height="${px(height)}" role="img">
  <style>
${chartStyle('auto')}
  </style>
  ${rect('page', 0.5, 0.5, WIDTH - 1, height - 1, 8)}
  ${text('title', 24, 34, title)}
  ${line('axis', x(1), TOP - 6, x(1), height - 10)}
  ${rows.join('\n  ')}
</svg>
`;
}
