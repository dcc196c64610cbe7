import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from 'node:util';
import { withPackageFolder } from './stack-traces';

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
