import { createHash } from 'node:crypto';
import type { Curve } from '../api/curve';
import type { ExplainAnswer } from '../api/explain';
import type { SpanNode, TraceTree } from '../api/trace-tree';
import { curveSvg, escape } from './curve-svg';
import { STYLE } from './report-style';
import { verdictOf, type ConsoleVerdict } from './verdict';

export interface ReportInput {
  curve: Curve;
  traces: { failing: TraceTree | null; healthy: TraceTree | null };
  explain: ExplainAnswer;
  nowMs: number;
}

/** The report as one file: nothing in it comes from elsewhere, nothing in it runs. */
export interface ReportPage {
  html: string;
  /** Its content security policy: its one style sheet, by hash. */
  policy: string;
}

/** Writes the page to send to the customer afterwards. */
export function reportPage(input: ReportInput): ReportPage {
  const { curve, traces, explain, nowMs } = input;
  const verdict = verdictOf(curve);
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(curve.title)}: report of run ${escape(curve.runId)}</title><style>${STYLE}</style></head><body><main>`,
    head(curve, verdict, nowMs),
    `<figure>${curveSvg(curve, 'light')}<figcaption>Target, prediction and observation of the checkouts, browsing below, by demo minute.</figcaption></figure>`,
    cause(curve, explain),
    examples(traces),
    minutesTable(curve, verdict),
    events(curve),
    method(curve),
    '</main></body></html>',
  ].join('\n');
  return { html, policy };
}

function head(curve: Curve, verdict: ConsoleVerdict, nowMs: number): string {
  const peak = curve.minutes.reduce((worst, { observed }) => Math.max(worst, observed?.errorRate ?? 0), 0);
  const [alert] = curve.flowAlert.incidents;
  const facts: [string, string][] = [
    ['Failed checkouts at the peak', percent(peak)],
    ['Revenue lost', dollars(curve.lostUsd)],
    ['Browsing that failed', `${verdict.baselineErrors} of ${count(verdict.baselineRequests)}`],
    ['Flow alert', alert === undefined ? 'did not fire' : `fired in minute ${alert.fromMinute}`],
  ];
  const mark = { 'as promised': '✓', 'not as promised': '✗', 'not graded': '–' }[verdict.kind];
  const notes = verdict.notes.map((note) => `<li>${escape(note)}</li>`).join('');
  return [
    `<header><p class="eyebrow">Outage report</p><h1>${escape(curve.title)}</h1>`,
    `<p class="meta">Run <code>${escape(curve.runId)}</code>${curve.startedAt === null ? '' : `, begun ${escape(when(curve.startedAt))}`}${curve.endedAt === null ? '' : `, healed ${escape(when(curve.endedAt))}`}. Written ${escape(when(new Date(nowMs).toISOString()))}.</p></header>`,
    `<dl class="facts">${facts.map(([term, value]) => `<div><dt>${term}</dt><dd>${escape(value)}</dd></div>`).join('')}</dl>`,
    `<p class="verdict ${verdict.kind.replaceAll(' ', '-')}"><strong>${mark} ${verdict.kind[0]?.toUpperCase() ?? ''}${verdict.kind.slice(1)}.</strong> ${escape(verdictText(verdict))}</p>`,
    notes === '' ? '' : `<ul class="notes">${notes}</ul>`,
  ].join('\n');
}

function verdictText({ kind, graded, band }: ConsoleVerdict): string {
  if (kind === 'not graded')
    return 'No minute of the run was held against the curve: its cause was changed, or none was seen to its end.';
  const within = `each within ± ${(band * 100).toFixed(1)} points of its target`;
  const off = graded.filter(({ ok }) => !ok);
  if (off.length === 0) return `Minutes ${graded.map(({ minute }) => minute).join(', ')}: ${within}.`;
  return `Off by more than ${(band * 100).toFixed(1)} points: ${off.map(({ minute, observed, target }) => `minute ${minute}, ${percent(observed)} for ${percent(target)}`).join('; ')}.`;
}

function cause(curve: Curve, explain: ExplainAnswer): string {
  const plan = (title: string, seen: ExplainAnswer['withIndex'], none: string): string =>
    `<section class="plan"><h3>${title}</h3>${
      seen === null ? `<p>${none}</p>` : `<pre>${escape(seen.lines.join('\n'))}</pre>`
    }</section>`;
  const worst = curve.minutes.reduce<number | null>(
    (most, { query }) => (query?.p95Ms == null ? most : Math.max(most ?? 0, query.p95Ms)),
    null,
  );
  return [
    '<h2>The cause</h2>',
    `<p>Each checkout asks for recommendations: ten best sellers of a category in a price band. With the index <code>idx_products_category</code> PostgreSQL reads ten rows. Without it, it scans all ${count(curve.catalogRows)} products${worst === null ? '' : `, which took up to ${seconds(worst)} (p95)`}; each scan holds one of the pool's few connections, so most checkouts wait for a connection, and give up. Browsing has an index and a pool of its own: it never noticed.</p>`,
    `<div class="plans">${plan('With the index', explain.withIndex, 'Not seen by this console.')}${plan('Without it', explain.withoutIndex, 'Not seen by this console.')}</div>`,
    curve.storageEmulation
      ? '<p class="fine">Index and pool cause the outage; an emulated, solved storage latency inside PostgreSQL shapes its curve, so that it is the same on every machine.</p>'
      : '',
  ].join('\n');
}

function examples({ failing, healthy }: ReportInput['traces']): string {
  if (failing === null && healthy === null) return '';
  return `<h2>Two checkouts</h2><div class="traces">${[
    ['A healthy one', healthy],
    ['A failed one', failing],
  ]
    .map(([title, trace]) => example(title as string, trace as TraceTree | null))
    .join('')}</div>`;
}

function example(title: string, trace: TraceTree | null): string {
  if (trace === null) return `<section><h3>${title}</h3><p>None was kept.</p></section>`;
  const rows: { node: SpanNode; depth: number }[] = [];
  const walk = (nodes: readonly SpanNode[], depth: number): void => {
    for (const node of nodes) {
      if (node.name !== 'request handler') rows.push({ node, depth });
      walk(node.children, depth + (node.name === 'request handler' ? 0 : 1));
    }
  };
  walk(trace.roots, 0);
  const total = Math.max(1, trace.durationMs);
  const shown = rows.slice(0, 26);
  const bars = shown.map(({ node, depth }, index) => {
    const y = index * 22;
    const left = 330 + (Math.max(0, node.startOffsetMs) / total) * 300;
    const width = Math.max(2, (node.durationMs / total) * 300);
    const kind = node.name.startsWith('acquire')
      ? 'wait'
      : node.attributes['db.system.name'] === 'postgresql'
        ? 'scan'
        : 'span';
    const failed = node.status.code === 'ERROR';
    return `<text x="${6 + depth * 9}" y="${y + 15}" class="${failed ? 'bad' : ''}">${escape(shorten(`${node.service} · ${node.name}`, 46 - depth))}</text><rect x="${left.toFixed(1)}" y="${y + 5}" width="${Math.min(width, 640 - left).toFixed(1)}" height="12" rx="3" class="${kind}${failed ? ' bad' : ''}"/><text x="712" y="${y + 15}" text-anchor="end">${seconds(node.durationMs)}</text>`;
  });
  return `<section><h3>${title}: ${seconds(trace.durationMs)}</h3><p class="meta"><code>${escape(trace.traceId)}</code>, ${trace.spans} spans, ${trace.services.length} services</p><svg class="waterfall" viewBox="0 0 720 ${shown.length * 22 + 4}" role="img" aria-label="Waterfall of the trace">${bars.join('')}</svg></section>`;
}

function minutesTable(curve: Curve, verdict: ConsoleVerdict): string {
  const ok = new Map(verdict.graded.map((graded) => [graded.minute, graded.ok]));
  const rows = curve.minutes
    .filter(({ observed }) => observed !== null)
    .map(({ minute, phase, target, predicted, observed, baseline, query, pool }) => {
      const grade = ok.get(minute);
      return `<tr${target.graded ? ' class="graded"' : ''}><th scope="row">${minute}${grade === undefined ? '' : grade ? ' ✓' : ' ✗'}</th><td class="text">${escape(phase.replaceAll('_', ' '))}</td><td>${figure(observed?.rpm ?? null)}</td><td>${percent(target.errorRate)}</td><td>${percent(predicted.errorRate)}</td><td>${percent(observed?.errorRate ?? null)}</td><td>${seconds(observed?.p95Ms ?? null)}</td><td>${seconds(query?.p95Ms ?? null)}</td><td>${pool === null ? '–' : `${figure(pool.used)} / ${pool.max}`}</td><td>${pool === null ? '–' : count(pool.timeouts)}</td><td>${percent(baseline?.errorRate ?? null)}</td><td>${seconds(baseline?.p95Ms ?? null)}</td><td>${dollars(observed?.lostUsd ?? 0)}</td></tr>`;
    });
  return `<h2>Minute by minute</h2><table><thead><tr><th scope="col">minute</th><th scope="col" class="text">phase</th><th scope="col">rpm</th><th scope="col">target</th><th scope="col">predicted</th><th scope="col">failed</th><th scope="col">p95</th><th scope="col">query p95</th><th scope="col">pool used</th><th scope="col">gave up</th><th scope="col">browsing failed</th><th scope="col">its p95</th><th scope="col">lost</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function events(curve: Curve): string {
  if (curve.events.length === 0) return '';
  const rows = curve.events.map(
    ({ at, minute, text }) =>
      `<li><time datetime="${escape(at)}">${escape(at.slice(11, 19))}</time> ${minute === null ? '' : `minute ${minute.toFixed(1)}: `}${escape(text)}</li>`,
  );
  return `<h2>What was done</h2><ol class="events">${rows.join('')}</ol>`;
}

function method(curve: Curve): string {
  return `<h2>How it was measured</h2><p class="fine">By the console, from the shop's own OpenTelemetry spans at the frontend, counted in the demo minute in which a request was scheduled. A demo minute was ${curve.minuteSeconds} s, traffic ran at scale ${curve.scale}. Latency is the server's; failed requests are included. Lost revenue is what the orders of failed checkouts were worth. Prediction: a simulation of the connection pool.</p>`;
}

function percent(rate: number | null): string {
  return rate === null ? '–' : `${(rate * 100).toFixed(1)} %`;
}

function seconds(ms: number | null): string {
  if (ms === null) return '–';
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function dollars(usd: number): string {
  return `$${Math.round(usd).toLocaleString('en-US')}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function figure(value: number | null): string {
  return value === null ? '–' : Math.round(value).toLocaleString('en-US');
}

function when(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
