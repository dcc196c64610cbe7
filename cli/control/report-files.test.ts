import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { judge } from '../../report/verdict';
import { goodRun } from '../../test/mocks/runs';
import { reportFiles, writeReport } from './report-files';

it('a report has its Markdown, its HTML and its chart beside the JSON', () => {
  assert.deepEqual(reportFiles('/a/r.json'), {
    json: '/a/r.json',
    markdown: '/a/r.md',
    chart: '/a/r.svg',
    html: '/a/r.html',
  });
  assert.deepEqual(reportFiles('/a/run.1'), {
    json: '/a/run.1',
    markdown: '/a/run.1.md',
    chart: '/a/run.1.svg',
    html: '/a/run.1.html',
  });
});

it('a report follows no link that somebody laid under one of its names', (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'report-'));
  context.after(() => {
    rmSync(folder, { recursive: true });
  });
  const theirs = path.join(folder, 'theirs');
  writeFileSync(theirs, 'kept');
  for (const name of ['json', 'markdown', 'chart', 'html'] as const) {
    const file = path.join(folder, name, 'run.json');
    mkdirSync(path.dirname(file));
    symlinkSync(theirs, reportFiles(file)[name]);
    assert.throws(() => writeReport(file, judge(goodRun())), /is a link, or no file/, name);
  }
  assert.equal(readFileSync(theirs, 'utf8'), 'kept');
});
