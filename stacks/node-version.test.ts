import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { requireNode } from './node-version';

describe('the Node that the engine found', () => {
  it('is refused where it is too old, with the command', () => {
    for (const version of ['20.20.2', '22.18.0'])
      assert.throws(
        () => {
          requireNode(version);
        },
        new RegExp(`Node ${version} runs this program.*PATH="\\$PWD/node_modules/\\.bin:\\$PATH"`),
      );
    for (const version of ['22.19.0', '24.0.0', process.versions.node]) requireNode(version);
  });

  it('is as new as the packages ask', () => {
    // The tests run in the project's folder (test/run.mjs).
    const { engines } = JSON.parse(readFileSync('node_modules/undici/package.json', 'utf8')) as {
      engines: { node: string };
    };
    const [, asked = ''] = /^>=(\d+\.\d+)\.0$/.exec(engines.node) ?? [];
    requireNode(`${asked}.0`);
    const [major = 0, minor = 0] = asked.split('.').map(Number);
    assert.throws(() => {
      requireNode(`${major}.${minor - 1}.0`);
    });
  });
});
