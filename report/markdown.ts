import { flowAlertOutcome } from './flow-alert-grade';
import { INDEX_NAMES } from '../scenario/types';
import { count, dollars, percent } from './format';
import { healedEarlier } from './lost-revenue';
import { bandText, ended } from './limits';
import { cell, factTable } from './markdown-table';
import type { Report, ReportMinute } from './report';
import { gradeOf } from './verdict';

/**
 * The Markdown twin of a report.
 *
 * @param chart path of the SVG, relative to the Markdown file
 */
export function renderMarkdown(report: Report, chart: string): string {
  return [
    `# ${report.title}: ${gradeOf(report.verdict)}`,
    '',
    ...head(report),
    '',
    `![Error rates and p95 by demo minute: target, prediction, observation, baseline](${encodeURI(chart)})`,
    '',
    ...verdict(report),
    '',
    ...deviations(report),
    '## Minutes',
    '',
    ...minuteTable(report),
    '',
    'Requests are counted in the minute in which they were scheduled; latencies from the scheduled start, failed requests',
    "included. The predicted p95 is the recommendation query's, a checkout adds some 200 ms to it. Lost revenue (USD) is",
    'what the orders of failed checkouts were worth, by their telemetry. **Bold** minutes are graded.',
    '',
    ...heal(report),
    ...load(report),
  ].join('\n');
}

function head(report: Report): string[] {
  const { ranOn, healed, machine, blindSeed } = report;
  return factTable([
    ['Where', ranOn === null ? null : ranOn === 'local' ? 'local' : `stack \`${ranOn}\``],
    ['Scenario', `\`${report.scenario}\`${report.ablation === null ? '' : `, ablation: ${report.ablation}`}`],
    ['Run', `\`${report.runId}\`, ${report.startedAt}`],
    ['A demo minute', `${report.minuteSeconds} s`],
    ['Scale', String(report.scale)],
    ['Products', count(report.catalogRows)],
    ['Storage emulation', report.storageEmulation ? 'on' : 'off'],
    ['Lost revenue', dollars(report.lostRevenueUsd)],
    ['Had it been healed at the end of', healedEarlier(report) ?? 'not known'],
    ['Flow alert', flowAlertOutcome(report)],
    [
      'Time to recover',
      healed === null
        ? 'not measured'
        : healed.timeToRecoverSeconds === null
          ? 'not recovered'
          : `${healed.timeToRecoverSeconds} s`,
    ],
    ['This machine', machine && `${machine.cores} cores, load up to ${machine.load.toFixed(1)}`],
    ['Blind', blindSeed === null ? null : `seed ${blindSeed}`],
  ]);
}

function verdict({ verdict: { ok, graded, failures, notes }, minuteSeconds, minutes }: Report): string[] {
  const points = graded ? minutes.filter(({ demo }) => demo.graded) : [];
  const checked =
    points.length === 0
      ? []
      : [
          '',
          `Graded minutes: ${points.map(({ minute }) => minute).join(', ')}, each within ${bandText(minuteSeconds)} of its target.`,
        ];
  return [
    '## Verdict',
    '',
    !ok ? '**Not as promised:**' : graded ? '**As promised.**' : '**Not graded;** no other check failed.',
    ...(ok ? checked : ['', ...failures.map((failure) => `- ${failure}`)]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)]),
  ];
}

/** What differs, and why; what happened. */
function deviations({ deviations: found, events }: Report): string[] {
  return [
    ...(found.length === 0
      ? []
      : [
          '## Deviations',
          '',
          '| what | likely reason |',
          '|---|---|',
          ...found.map(({ what, reason }) => `| ${cell(what)} | ${cell(reason)} |`),
          '',
        ]),
    ...(events.length === 0
      ? []
      : ['## Events', '', ...events.map(({ minute, text }) => `- minute ${minute}: ${text}`), '']),
  ];
}

const COLUMNS: readonly [title: string, cell: (minute: ReportMinute) => string][] = [
  ['minute', ({ minute, demo }) => strong(demo, String(minute))],
  ['phase', ({ phase }) => phase.replaceAll('_', ' ')],
  ['demo rpm', ({ demo }) => whole(demo.rpm)],
  ['requests', ({ demo }) => String(ended(demo))],
  ['errors', ({ demo }) => strong(demo, percent(demo.errorRate))],
  ['target', ({ demo }) => strong(demo, percent(demo.target.errorRate))],
  ['predicted', ({ demo }) => percent(demo.predicted.errorRate)],
  ['lost revenue', ({ demo }) => dollars(demo.lostRevenueUsd)],
  ['p50 ms', ({ demo }) => whole(demo.p50Ms)],
  ['p95 ms', ({ demo }) => whole(demo.p95Ms)],
  ['predicted p95 ms', ({ demo }) => whole(demo.predicted.p95Ms)],
  ['baseline errors', ({ baseline }) => `${baseline.errors} of ${ended(baseline)}`],
  ['baseline p95 ms', ({ baseline }) => whole(baseline.p95Ms)],
];

function strong({ graded }: ReportMinute['demo'], text: string): string {
  return graded ? `**${text}**` : text;
}

function minuteTable({ minutes }: Report): string[] {
  return [
    `| ${COLUMNS.map(([title]) => title).join(' | ')} |`,
    `|${COLUMNS.map(([title]) => (title === 'phase' ? '---' : '---:')).join('|')}|`,
    ...minutes.map((minute) => `| ${COLUMNS.map(([, text]) => text(minute)).join(' | ')} |`),
  ];
}

function heal({ healed }: Report): string[] {
  if (healed === null) return [];
  const indexes = INDEX_NAMES.map((name) => `\`${name}\` ${healed.indexes[name] ?? 'unknown'}`);
  return [
    '## Heal',
    '',
    healed.ok
      ? `The last checkout failed ${healed.timeToRecoverSeconds ?? 0} s after the heal began; verified after ${healed.verifiedAfterSeconds ?? 0} s.`
      : '**Not healed:**',
    ...healed.failures.map((failure) => `- ${failure}`),
    '',
    `Indexes: ${indexes.join(', ')}. Recommendation pool: ${healed.pool.max ?? 'unknown'} ` +
      `(should be ${healed.pool.expected ?? 'unknown'}). Demo errors of the last ten seconds: ` +
      `${healed.demo.errors} of ${healed.demo.requests}.`,
    '',
  ];
}

function load({ load: counts, baseline }: Report): string[] {
  const lines = [
    counts &&
      `${counts.scheduled} journeys scheduled, ${counts.started} started, ${counts.dropped} dropped; ` +
        `start lag p99 ${whole(counts.startLagP99Ms)} ms.`,
    baseline &&
      `Baseline's worst minute-long window: p95 ${whole(baseline.catalogP95Ms)} ms at the catalog ` +
        `(\`GET /products\`), ${whole(baseline.journeyP95Ms)} ms for the whole journey.`,
  ].filter((line) => line !== null);
  return lines.length === 0 ? [] : ['## Load', '', ...lines, ''];
}

function whole(value: number | null): string {
  return value === null ? '-' : String(Math.round(value));
}
