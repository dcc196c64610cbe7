import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { measureMemory } from './memory';

it('counts a process with its descendants, and nothing twice', async () => {
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => console.log(String(child.pid)));
    process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(0) });`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = once(parent, 'exit');
  try {
    const grandchild = Number(String((await once(parent.stdout, 'data'))[0]));
    assert.ok(parent.pid !== undefined);
    const together = await measureMemory([{ name: 'family', pid: parent.pid }]);
    const apart = await measureMemory([
      { name: 'parent', pid: parent.pid },
      { name: 'child', pid: grandchild },
    ]);
    assert.deepEqual(Object.keys(apart.byName), ['parent', 'child']);
    const own = await measureMemory([{ name: 'family', pid: parent.pid }], 'own');
    if (own.kind === 'own')
      assert.ok(own.totalBytes < together.totalBytes, 'without shared pages it is less');
    assert.ok((apart.byName.child ?? 0) > 3e6, 'a Node process takes some megabytes');
    assert.ok((together.byName.family ?? 0) > (apart.byName.parent ?? 0), 'the child belongs to the family');
    const difference = Math.abs(together.totalBytes - apart.totalBytes);
    assert.ok(difference < 0.25 * together.totalBytes, `the sums differ by ${String(difference)}`);
  } finally {
    parent.kill('SIGTERM');
    await gone;
  }
});
