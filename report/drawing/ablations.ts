import { ablationsOf } from '../../scenario/causes/all';
import { presetOf } from '../../scenario/presets/all';
import { OUTAGES, type Ablation, type OutageMode } from '../../scenario/types';
import { totalOf } from '../limits';
import type { Report } from '../report';
import { gradeOf } from '../verdict';
import { chartStyle } from './chart-style';
import { escape, line, rect, text } from './svg';

/** The report of an outage's run, as it is (null) or without one of its causes; null: it was not run. */
export type ReportOf = (mode: OutageMode, ablation: Ablation | null) => Report | null;

/** So many minutes of a run are shown: its last, in which an outage is at its worst, and what recovers has recovered. */
const LAST_MINUTES = 5;
const WIDTH = 1000;
const TOP = 84;
const ROW = 24;
const TITLE_ROW = 34;
/** Where bars lie, and how long 100 % is. */
const BARS = { left: 400, width: 330 };
const COLUMNS = { label: 40, browsing: 850, verdict: 868 };

/** Draws what every outage shows as it is, and without each of its causes, by the reports of its runs. */
export function renderAblations(reportOf: ReportOf): string {
  const elements: string[] = [];
  let y = TOP;
  for (const mode of OUTAGES) {
    y += TITLE_ROW;
    elements.push(text('panel', 24, y - 10, presetOf(mode).title));
    const all: [label: string, ablation: Ablation | null][] = [
      ['as it is', null],
      ...ablationsOf(mode).map(({ title, name }): [string, Ablation] => [title, name]),
    ];
    for (const [label, ablation] of all) {
      elements.push(...rowAt(y, label, outcomeOf(reportOf(mode, ablation))));
      y += ROW;
    }
  }
  const height = y + 22;
  const title = 'Every outage, and each of its causes taken out by itself';
  const axis = [0, 0.5, 1].flatMap((share) => {
    const x = BARS.left + share * BARS.width;
    return [line('grid', x, TOP, x, y), text('', x, TOP - 6, `${String(100 * share)} %`, 'middle')];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" class="curve" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="ablations-title">
  <title id="ablations-title">${escape(title)}</title>
  <style>
${chartStyle('auto')}
  </style>
  ${[
    rect('page', 0.5, 0.5, WIDTH - 1, height - 1, 8),
    text('title', 24, 34, title),
    text(
      'subtitle',
      24,
      56,
      'Checkouts that failed in the last five minutes of a run, as seen in real runs of docs/run',
    ),
    text('', COLUMNS.browsing, TOP - 6, 'browsing failed', 'end'),
    text('', COLUMNS.verdict, TOP - 6, 'verdict'),
    ...axis,
    ...elements,
  ].join('\n  ')}
</svg>
`;
}

/** What a run came to: failed checkouts and failed browsing of its last minutes, as shares. */
function outcomeOf(report: Report | null) {
  const last = report?.minutes.slice(-LAST_MINUTES) ?? [];
  if (report === null || last.length === 0) return null;
  const failed = (of: 'demo' | 'baseline'): number => {
    const { errors, requests } = totalOf(last.map((minute) => minute[of]));
    return errors / Math.max(1, requests);
  };
  return { demo: failed('demo'), baseline: failed('baseline'), grade: gradeOf(report.verdict) };
}

function rowAt(top: number, label: string, outcome: ReturnType<typeof outcomeOf>): string[] {
  const y = top + 16;
  const named = text('legend', COLUMNS.label, y, label);
  if (outcome === null) return [named, text('', BARS.left, y, 'no report')];
  const { demo, baseline, grade } = outcome;
  const width = Math.max(2, demo * BARS.width);
  return [
    named,
    rect(demo > 0.02 ? 'observed-point' : 'baseline-point', BARS.left, top + 4, width, ROW - 9, 3),
    text('legend', BARS.left + width + 8, y, `${(100 * demo).toFixed(1)} %`),
    text('', COLUMNS.browsing, y, `${(100 * baseline).toFixed(1)} %`, 'end'),
    text('', COLUMNS.verdict, y, grade),
  ];
}
