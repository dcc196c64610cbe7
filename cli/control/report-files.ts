import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { renderChart } from '../../report/drawing/chart';
import { renderHtml } from '../../report/html';
import { renderMarkdown } from '../../report/markdown';
import { asJson, writeResultFile } from '../../machine/private-file';
import type { Report } from '../../report/report';

/** Where a report's twins (Markdown, HTML) and its chart lie. */
export function reportFiles(file: string): Record<'json' | 'markdown' | 'chart' | 'html', string> {
  const stem = path.extname(file).toLowerCase() === '.json' ? file.slice(0, -'.json'.length) : file;
  return { json: file, markdown: `${stem}.md`, chart: `${stem}.svg`, html: `${stem}.html` };
}

/**
 * Writes a report: JSON, Markdown, HTML, and the curve as SVG beside them.
 *
 * @returns the files
 */
export function writeReport(file: string, report: Report): string[] {
  const { json, markdown, chart, html } = reportFiles(file);
  mkdirSync(path.dirname(file), { recursive: true });
  writeResultFile(json, asJson(report));
  writeResultFile(chart, renderChart(report));
  writeResultFile(markdown, renderMarkdown(report, path.basename(chart)));
  writeResultFile(html, renderHtml(report, null, { writtenMs: Date.now(), endedMs: null }).html);
  return [json, markdown, chart, html];
}
