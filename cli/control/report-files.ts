import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderChart } from '../../report/chart';
import { renderMarkdown } from '../../report/markdown';
import type { Report } from '../../report/report';

/** Where the Markdown twin and the chart of a report lie. */
export function reportFiles(file: string): { json: string; markdown: string; chart: string } {
  const stem = path.extname(file).toLowerCase() === '.json' ? file.slice(0, -'.json'.length) : file;
  return { json: file, markdown: `${stem}.md`, chart: `${stem}.svg` };
}

/**
 * Writes a report: JSON, Markdown, and the curve as SVG beside them.
 *
 * @returns the files
 */
export async function writeReport(file: string, report: Report): Promise<string[]> {
  const { json, markdown, chart } = reportFiles(file);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(chart, renderChart(report));
  await writeFile(markdown, renderMarkdown(report, path.basename(chart)));
  return [json, markdown, chart];
}
