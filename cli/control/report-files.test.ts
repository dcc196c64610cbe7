import assert from 'node:assert/strict';
import { it } from 'node:test';
import { reportFiles } from './report-files';

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
