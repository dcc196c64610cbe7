import { causesOf, queueOf } from '../scenario/causes/all';
import { flowAlertOutcome } from './flow-alert-grade';
import { createHash } from 'node:crypto';
import { renderChart } from './drawing/chart';
import type { CauseMinute, Evidence, TraceShown } from './evidence';
import { capital, count, dollars, milliseconds, percent } from './format';
import { healedEarlier } from './lost-revenue';
import { STYLE } from './html-style';
import { bandText, ended, totalOf } from './limits';
import { ablationText, type Report, type ReportMinute } from './report';
import { escape } from './drawing/svg';
import { gradeOf } from './verdict';
import { renderWaterfall } from './drawing/waterfall';

/** A report as one file: nothing in it comes from elsewhere, nothing in it runs. */
export type ReportPage = ReturnType<typeof pageOf>;

/**
 * Writes the page to send to a customer afterwards.
 *
 * @param evidence what was seen of the cause; null when nobody looked
 * @param times Unix ms: when it is written, and when the run ended (null: it goes on, or is not known)
 */
export function renderHtml(
  report: Report,
  evidence: Evidence | null,
  times: { writtenMs: number; endedMs: number | null },
): ReportPage {
  return pageOf(`${report.title}: report of run ${report.runId}`, [
    head(report, times),
    verdict(report),
    `<figure>${renderChart(report, { bare: true })}<figcaption>Target, prediction and observation of the demo cohort, and baseline, by demo minute.</figcaption></figure>`,
    ...(evidence === null ? [] : [cause(report, evidence), examples(evidence.traces)]),
    deviations(report),
    minuteTable(report, evidence?.causes ?? []),
    events(report),
    method(report),
  ]);
}

/**
 * A page in the report's style.
 *
 * @param title as text
 * @param parts HTML; empty ones are left out
 */
export function pageOf(title: string, parts: readonly string[]) {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const own = `default-src 'none'; style-src 'sha256-${hash}'`;
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${own}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(title)}</title><style>${STYLE}</style></head><body><main>`,
    ...parts,
    '</main></body></html>',
  ];
  return {
    html: html.filter((part) => part !== '').join('\n'),
    /** Its content security policy: its one style sheet, by hash. */
    policy: `${own}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
  };
}

function head(report: Report, times: { writtenMs: number; endedMs: number | null }): string {
  const { minutes, lostRevenueUsd } = report;
  const peak = Math.max(0, ...minutes.map(({ demo }) => demo.errorRate));
  const { requests, errors } = totalOf(minutes.map(({ baseline }) => baseline));
  const facts: [string, string][] = [
    ['Failed checkouts at the peak', percent(peak)],
    ['Revenue lost', dollars(lostRevenueUsd)],
    ['Baseline that failed', `${errors} of ${count(requests)}`],
  ];
  const sentences: [string, string][] = [
    ['Had it been healed at the end of', healedEarlier(report) ?? 'not known'],
    ['Flow alert', flowAlertOutcome(report)],
  ];
  const list = (kind: string, entries: [string, string][]): string =>
    `<dl class="${kind}">${entries.map(([term, value]) => `<div><dt>${term}</dt><dd>${escape(value)}</dd></div>`).join('')}</dl>`;
  const healed = times.endedMs === null ? '' : `, healed ${when(times.endedMs)}`;
  return [
    `<header><p class="eyebrow">Outage report</p><h1>${escape(report.title + ablationText(report.ablation))}</h1>`,
    `<p class="meta">Run <code>${escape(report.runId)}</code>, begun ${when(Date.parse(report.startedAt))}${healed}. Written ${when(times.writtenMs)}.</p></header>`,
    list('facts', facts),
    list('facts sentences', sentences),
  ].join('\n');
}

function verdict({ verdict: found, minuteSeconds, minutes }: Report): string {
  const grade = gradeOf(found);
  const mark = { 'as promised': '✓', 'not as promised': '✗', 'not graded': '–' }[grade];
  const points = minutes.filter(({ demo }) => demo.graded).map(({ minute }) => minute);
  const named = points.length === 1 ? `Minute ${points.join()}:` : `Minutes ${points.join(', ')}: each`;
  const checked =
    grade === 'as promised' && points.length > 0
      ? ` ${named} within ${bandText(minuteSeconds)} of its target.`
      : '';
  const lines = [...found.failures, ...found.notes];
  return (
    `<p class="verdict ${grade.replaceAll(' ', '-')}"><strong>${mark} ${capital(grade)}.</strong>${checked}</p>` +
    (lines.length === 0
      ? ''
      : `<ul class="notes">${lines.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>`)
  );
}

function cause({ scenario, catalogRows, storageEmulation }: Report, { plans, causes }: Evidence): string {
  const plan = (title: string, lines: readonly string[] | null): string =>
    `<section class="plan"><h3>${title}</h3>${
      lines === null ? '<p>It was not seen.</p>' : `<pre>${escape(lines.join('\n'))}</pre>`
    }</section>`;
  const worst = Math.max(0, ...causes.map(({ query }) => query?.p95Ms ?? 0));
  const seen = { catalogRows, storageEmulation, slowestQuery: worst === 0 ? null : milliseconds(worst) };
  return [
    '<h2>The cause</h2>',
    `<p>${causesOf(scenario)
      .map((each) => each.explain(seen))
      .filter((text) => text !== '')
      .join(' ')}</p>`,
    // Another outage leaves the recommendation query's plan as it is.
    queueOf(scenario).statement === 'recommendation'
      ? `<div class="plans">${plan('With the index', plans.withIndex)}${plan('Without it', plans.withoutIndex)}</div>`
      : '',
  ].join('\n');
}

function examples({ failing, healthy }: Evidence['traces']): string {
  if (failing === null && healthy === null) return '';
  return `<h2>Two checkouts</h2><div class="traces">${example('A healthy one', healthy)}${example('A failed one', failing)}</div>`;
}

function example(title: string, trace: TraceShown | null): string {
  if (trace === null) return `<section><h3>${title}</h3><p>None was kept.</p></section>`;
  return `<section><h3>${title}: ${milliseconds(trace.durationMs)}</h3><p class="meta"><code>${escape(trace.traceId)}</code>, ${trace.spans} spans, ${trace.services.length} services</p>${renderWaterfall(trace)}</section>`;
}

function deviations({ deviations: found }: Report): string {
  if (found.length === 0) return '';
  const rows = found.map(
    ({ what, reason }) =>
      `<tr><th scope="row">${escape(what)}</th><td class="text">${escape(reason)}</td></tr>`,
  );
  return `<h2>Deviations</h2><table><thead><tr><th scope="col">what</th><th scope="col" class="text">likely reason</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

type Cell = (minute: ReportMinute, cause: CauseMinute | undefined) => string;

/** The table's columns after minute and phase. */
const COLUMNS: readonly [title: string, cell: Cell][] = [
  ['rpm', ({ demo }) => count(Math.round(demo.rpm))],
  ['target', ({ demo }) => percent(demo.target.errorRate)],
  ['predicted', ({ demo }) => percent(demo.predicted.errorRate)],
  ['failed', ({ demo }) => percent(demo.errorRate)],
  ['p95', ({ demo }) => milliseconds(demo.p95Ms)],
  ['baseline failed', ({ baseline }) => `${baseline.errors} of ${ended(baseline)}`],
  ['its p95', ({ baseline }) => milliseconds(baseline.p95Ms)],
  ['lost', ({ demo }) => dollars(demo.lostRevenueUsd)],
];
const CAUSE_COLUMNS: readonly [title: string, cell: Cell][] = [
  ['statement p95', (_, cause) => milliseconds(cause?.query?.p95Ms ?? null)],
  [
    'pool used',
    (_, cause) => (cause?.pool == null ? '–' : `${Math.round(cause.pool.used)} / ${cause.pool.max}`),
  ],
  ['gave up', (_, cause) => (cause?.pool == null ? '–' : count(cause.pool.timeouts))],
];

function minuteTable({ minutes }: Report, causes: readonly CauseMinute[]): string {
  const columns = causes.length === 0 ? COLUMNS : [...COLUMNS, ...CAUSE_COLUMNS];
  const seen = new Map(causes.map((cause) => [cause.minute, cause]));
  const rows = minutes.map((each) => {
    const cells = columns.map(([, cell]) => `<td>${cell(each, seen.get(each.minute))}</td>`);
    return `<tr${each.demo.graded ? ' class="graded"' : ''}><th scope="row">${each.minute}</th><td class="text">${escape(each.phase.replaceAll('_', ' '))}</td>${cells.join('')}</tr>`;
  });
  const titles = columns.map(([title]) => `<th scope="col">${title}</th>`);
  return `<h2>Minute by minute</h2><table><thead><tr><th scope="col">minute</th><th scope="col" class="text">phase</th>${titles.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function events({ events: found }: Report): string {
  if (found.length === 0) return '';
  const rows = found.map(({ at, minute, text, mark }) => {
    const time = at === undefined ? '' : `<time datetime="${escape(at)}">${escape(at.slice(11, 19))}</time> `;
    return `<li>${time}minute ${mark === undefined ? minute : mark.minute.toFixed(1)}: ${escape(text)}</li>`;
  });
  return `<h2>What was done</h2><ol class="events">${rows.join('')}</ol>`;
}

function method({ minuteSeconds, scale, load }: Report): string {
  const by =
    load === null
      ? "By the console, from the shop's own OpenTelemetry spans at the frontend: latency is the server's"
      : "By the load generator: latency counts from a request's scheduled start";
  return `<h2>How it was measured</h2><p class="fine">${by}; failed requests are included, and counted in the demo minute in which they were scheduled. A demo minute was ${minuteSeconds} s, traffic ran at scale ${scale}. Lost revenue is what the orders of failed checkouts were worth. Prediction: a simulation of the connection pool. Bold minutes are graded.</p>`;
}

function when(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
