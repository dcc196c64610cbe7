import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';

/** A command's first import, by a Node that says it is of this version. */
const started = (version: string) =>
  spawnSync(
    process.execPath,
    [
      '-e',
      `Object.defineProperty(process.versions, 'node', { value: '${version}' });
       require(${JSON.stringify(path.join(__dirname, '..', 'command.js'))});`,
    ],
    { encoding: 'utf8' },
  );

describe('a command', () => {
  it('that an old Node runs says which one to take, instead of a module’s fault', () => {
    for (const version of ['18.20.8', '20.20.2', '22.14.0']) {
      const { status, stderr } = started(version);
      assert.equal(status, 1, version);
      assert.match(stderr, new RegExp(`^Node ${version} is too old: this needs 22\\.15 or newer`));
      assert.match(stderr, /node_modules.\.bin.node/);
      assert.doesNotMatch(stderr, /at .*\.js:\d+/);
    }
    for (const version of ['22.15.0', '24.21.0']) assert.equal(started(version).status, 0, version);
  });
});
