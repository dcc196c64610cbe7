import type { Target } from '../target/target';

/** What the collector counts of one exporter, all of its spans. */
export interface ExporterCounts {
  sent: number;
  failed: number;
  /** Batches that wait, also those that are tried again. */
  queued: number;
}

const COUNTERS: Readonly<Record<string, keyof ExporterCounts>> = {
  otelcol_exporter_sent_spans: 'sent',
  otelcol_exporter_send_failed_spans: 'failed',
  otelcol_exporter_enqueue_failed_spans: 'failed',
  otelcol_exporter_queue_size: 'queued',
};

/** Reads the collector's own metrics (Prometheus text, of either naming: with or without `_total`). */
export function collectorExporters(text: string): Map<string, ExporterCounts> {
  const exporters = new Map<string, ExporterCounts>();
  for (const line of text.split('\n')) {
    const [, name, labels, value] = /^(\w+?)(?:__spans_)?(?:_total)?\{([^}]*)\}\s+(\S+)/.exec(line) ?? [];
    const counter = COUNTERS[name ?? ''];
    const exporter = /\bexporter="([^"]+)"/.exec(labels ?? '')?.[1];
    const number = Number(value);
    if (counter === undefined || exporter === undefined || !Number.isFinite(number)) continue;
    // The queue is one for each signal.
    const counts = exporters.get(exporter) ?? { sent: 0, failed: 0, queued: 0 };
    counts[counter] += number;
    exporters.set(exporter, counts);
  }
  return exporters;
}

/** Whether an exporter leads out: the console's own, and debug, don't. */
export function isVendor(exporter: string): boolean {
  return exporter !== 'debug' && !exporter.startsWith('debug/') && !exporter.endsWith('/console');
}

/** What happened between two looks. */
export function vendorTrouble(
  before: ExporterCounts | undefined,
  now: ExporterCounts | undefined,
): ExporterCounts {
  return {
    sent: (now?.sent ?? 0) - (before?.sent ?? 0),
    failed: (now?.failed ?? 0) - (before?.failed ?? 0),
    queued: now?.queued ?? 0,
  };
}

/** So many lines of its log are looked through. */
const LINES = 400;

/** The latest error an exporter logged; null when there is none, or the log can't be read. */
export async function collectorLog(target: Pick<Target, 'logs'>, exporter: string): Promise<string | null> {
  const log = await target.logs?.('collector', LINES).catch(() => null);
  return latestExportError(log ?? '', exporter);
}

/** The `error` of the newest line that tells of a failed export by this exporter. */
export function latestExportError(log: string, exporter: string): string | null {
  const lines = log
    .split('\n')
    .filter((line) => line.includes(`"${exporter}"`) && /export|send|fail/i.test(line));
  for (const line of lines.reverse()) {
    const error = /"error":\s*"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    if (error !== undefined) return error.replaceAll('\\"', '"');
  }
  return null;
}
