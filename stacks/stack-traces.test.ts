import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from 'node:util';
import { keepingLines, withPackageFolder } from './stack-traces';

it('an error whose stack has a source of @pulumi/pulumi can be printed', () => {
  const error = new Error('typo');
  error.stack = withPackageFolder(
    [
      'Error: typo',
      '    at new RunError (/work/node_modules/@pulumi/errors.ts:47:9)',
      '    at /work/node_modules/@pulumi/output.ts:7:1',
      '    at f (/work/node_modules/@pulumi/random/index.js:1:1)',
      '    at main (/work/stacks/index.ts:30:1)',
    ].join('\n'),
  );
  // Without the folder this takes gigabytes under Node 24, and then throws.
  const shown = inspect(error, { colors: true });
  assert.match(shown, /errors\.ts:47:9/);
  assert.match(error.stack, /@pulumi\/pulumi\/output\.ts:7:1\n.*@pulumi\/random\/index\.js:1:1/);
});

it('a line of a trace is looked up once, whatever error it belongs to', () => {
  let looked = 0;
  const prepare = keepingLines((error, sites) => {
    looked += sites.length;
    return `${error.name}: ${error.message}${sites.map((site) => `\n    at ${site.getFileName() ?? ''}`).join('')}`;
  });
  const site = (place: string) => ({ getFileName: () => place, getPosition: () => 1 }) as NodeJS.CallSite;
  const [inner, outer, other] = ['f (/a.js:1:2)', 'main (/node_modules/@pulumi/b.ts:3:4)', '/a.js:5:6'].map(
    site,
  );
  assert.ok(inner && outer && other);
  assert.equal(
    prepare(new TypeError('one'), [inner, outer]),
    'TypeError: one\n    at f (/a.js:1:2)\n    at main (/node_modules/@pulumi/pulumi/b.ts:3:4)',
  );
  assert.equal(
    prepare(new Error('another'), [other, outer]),
    'Error: another\n    at /a.js:5:6\n    at main (/node_modules/@pulumi/pulumi/b.ts:3:4)',
  );
  assert.equal(looked, 3);
});
