import { s, attribute } from '../lib/dom.js';

/** @import { HistoryPoint } from '../../store/history' */

const WIDTH = 600;
const HEIGHT = 120;

/**
 * The error rate of the last minutes on a scale of 0 to 100 %, the same for both cohorts: a mountain next to a flat line
 * needs no explanation. Its twin is the table below the cohorts.
 *
 * @param {number} seconds shown
 */
export function sparkline(seconds) {
  const area = s('path.spark-area');
  const line = s('path.spark-line');
  const grid = [0, 50, 100].map((rate) =>
    s('line.spark-grid', { x1: 0, x2: WIDTH, y1: y(rate / 100), y2: y(rate / 100) }),
  );
  const run = s('rect.spark-run', { y: 0, height: HEIGHT, width: 0 });
  const drawing = s(
    'svg.spark',
    { viewBox: `0 -4 ${WIDTH} ${HEIGHT + 8}`, preserveAspectRatio: 'none', role: 'img' },
    run,
    ...grid,
    area,
    line,
  );
  return {
    element: drawing,
    /** @param {readonly HistoryPoint[]} history @param {'baseline' | 'demo'} cohort @param {string} label */
    update(history, cohort, label) {
      const now = history.at(-1)?.at ?? 0;
      const from = now - seconds;
      const x = (/** @type {number} */ at) => ((at - from) / seconds) * WIDTH;
      const points = history.filter((point) => point.at >= from);
      const parts = [];
      let pen = false;
      /** @type {number | null} */
      let previous = null;
      for (const point of points) {
        const rate = point[cohort].errorRate;
        if (rate === null || (previous !== null && point.at - previous > 5)) pen = false;
        if (rate !== null) {
          parts.push(`${pen ? 'L' : 'M'}${x(point.at).toFixed(1)} ${y(rate).toFixed(1)}`);
          pen = true;
        }
        previous = point.at;
      }
      attribute(line, 'd', parts.join(''));
      const first = points.find((point) => point[cohort].errorRate !== null);
      const last = points.findLast((point) => point[cohort].errorRate !== null);
      attribute(
        area,
        'd',
        first && last
          ? `M${x(first.at).toFixed(1)} ${y(0)}${parts.join('').replaceAll('M', 'L')}L${x(last.at).toFixed(1)} ${y(0)}Z`
          : '',
      );
      const began = points.find((point) => point.minute !== null);
      attribute(run, 'x', began ? x(began.at).toFixed(1) : 0);
      const end = points.findLast((point) => point.minute !== null);
      attribute(run, 'width', began ? Math.max(0, x(end?.at ?? 0) - x(began.at)).toFixed(1) : 0);
      attribute(drawing, 'aria-label', label);
    },
  };
}

/** @param {number} rate */
function y(rate) {
  return HEIGHT - rate * HEIGHT;
}
