import { escape } from '../../report/drawing/svg';
import { renderWaterfall } from '../../report/drawing/waterfall';
import type { SpanShown, TraceShown } from '../../report/evidence';
import { milliseconds, percent } from '../../report/format';
import { pageOf, type ReportPage } from '../../report/html';
import { at, listAt, numberAt, textAt } from '../../machine/json';
import { deskLines, type Desk } from './desk';
import type { ExerciseStatus } from './exercise-record';

/** What the desk's first page is made of; answers of the console, of whatever shape. */
export interface DeskView {
  status: ExerciseStatus;
  /** `GET /api/metrics`. */
  metrics: unknown;
  /** `GET /api/traces`, failing and others. */
  failing: unknown;
  others: unknown;
  processes: readonly { workload: string; pid: number | null; ready: boolean }[];
}

/** The desk's first page: what may be used, how the cohorts are, the latest traces. */
export function deskPage(desk: Desk, view: DeskView): ReportPage {
  const { status } = view;
  // Whoever is on this machine sees the page: the password is in desk.json, as the token is.
  const database = new URL(desk.database);
  database.password = '';
  return pageOf('On call', [
    `<p class="eyebrow">Exercise ${escape(status.id)}</p><h1>You are on call</h1>`,
    `<p>${escape(`${String(status.elapsed)} of ${String(status.limit)} seconds. Reload for newer figures.`)}</p>`,
    `<pre>${escape(deskLines({ ...desk, database: `${database.href}  (its password: in desk.json)` }).join('\n'))}</pre>`,
    '<h2>The last ten seconds</h2>',
    table(
      ['Cohort', 'Requests a minute', 'Failed', 'p50', 'p95'],
      ['baseline', 'demo'].map((cohort) => {
        const stats = at(view.metrics, 'windows', 'last10s', 'traffic', cohort);
        return [
          cohort,
          String(Math.round(numberAt(stats, 'rpm') ?? 0)),
          percent(numberAt(stats, 'errorRate') ?? 0),
          milliseconds(numberAt(stats, 'p50Ms')),
          milliseconds(numberAt(stats, 'p95Ms')),
        ];
      }),
    ),
    '<h2>Pools</h2>',
    table(
      ['Service', 'Pool', 'Used', 'Most', 'Waiting'],
      listAt(view.metrics, 'pools').map((pool) => [
        textAt(pool, 'service') ?? '',
        textAt(pool, 'pool') ?? '',
        ...['used', 'max', 'pending'].map((key) => String(numberAt(pool, key) ?? '–')),
      ]),
    ),
    '<h2>Failing checkouts</h2>',
    traceTable(view.failing),
    '<h2>Other checkouts</h2>',
    traceTable(view.others),
    '<h2>Processes</h2>',
    table(
      ['Process', 'pid', 'Ready'],
      view.processes.map(({ workload, pid, ready }) => [workload, String(pid ?? ''), ready ? 'yes' : 'no']),
    ),
  ]);
}

/** A trace as a waterfall, with the attributes and links of its spans. @param trace of the console's API */
export function tracePage(trace: unknown): ReportPage {
  const spans = listAt(trace, 'roots').flatMap(walk);
  return pageOf('Trace', [
    `<p><a href="/">The desk</a></p><h1>Trace ${escape(textAt(trace, 'traceId') ?? '')}</h1>`,
    renderWaterfall(shown(trace)),
    ...spans.map((span) => {
      const attributes = Object.entries((at(span, 'attributes') ?? {}) as Record<string, unknown>);
      const links = listAt(span, 'links').map((link) => textAt(link, 'traceId') ?? '');
      return [
        `<h3>${escape(`${textAt(span, 'service') ?? ''} · ${textAt(span, 'name') ?? ''}, ${milliseconds(numberAt(span, 'durationMs'))}`)}</h3>`,
        `<pre>${escape(attributes.map(([name, value]) => `${name} = ${String(value)}`).join('\n'))}</pre>`,
        ...links.map((id) => `<p>linked: ${traceLink(id)}</p>`),
      ].join('');
    }),
  ]);
}

function walk(span: unknown): unknown[] {
  return [span, ...listAt(span, 'children').flatMap(walk)];
}

function shown(trace: unknown): TraceShown {
  const spanOf = (span: unknown): SpanShown => ({
    service: textAt(span, 'service') ?? '',
    name: textAt(span, 'name') ?? '',
    startOffsetMs: numberAt(span, 'startOffsetMs') ?? 0,
    durationMs: numberAt(span, 'durationMs') ?? 0,
    status: { code: textAt(span, 'status', 'code') ?? '' },
    attributes: (at(span, 'attributes') ?? {}) as Record<string, unknown>,
    children: listAt(span, 'children').map(spanOf),
  });
  return {
    traceId: textAt(trace, 'traceId') ?? '',
    durationMs: numberAt(trace, 'durationMs') ?? 0,
    spans: numberAt(trace, 'spans') ?? 0,
    services: [],
    roots: listAt(trace, 'roots').map(spanOf),
  };
}

function traceTable(answer: unknown): string {
  return table(
    ['Trace', 'Began', 'Took', 'Spans'],
    listAt(answer, 'traces').map((trace) => [
      { html: traceLink(textAt(trace, 'traceId') ?? '') },
      textAt(trace, 'start') ?? '',
      milliseconds(numberAt(trace, 'durationMs')),
      String(numberAt(trace, 'spans') ?? 0),
    ]),
  );
}

function traceLink(id: string): string {
  return /^[0-9a-f]{32}$/.test(id) ? `<a href="/traces/${id}"><code>${id}</code></a>` : '';
}

type Cell = string | { html: string };

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = (tag: string, values: readonly Cell[]): string => {
    const inner = values.map((value) => (typeof value === 'string' ? escape(value) : value.html));
    return `<tr>${inner.map((html) => `<${tag}>${html}</${tag}>`).join('')}</tr>`;
  };
  return `<table><thead>${cells('th', head)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table>`;
}
