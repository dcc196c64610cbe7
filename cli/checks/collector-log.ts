import type { Target } from '../target/target';

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
