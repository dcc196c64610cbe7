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
