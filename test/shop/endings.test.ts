import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { dataFolder } from '../../machine/data-folder';
import { isAlive } from '../../machine/process-identity';
import { TestShop } from '../harness';

describe('a shop whose surroundings fail', () => {
  const shop = new TestShop(`e2e-endings-${String(process.pid)}`, ['--rows', '50000'], 3_500);
  let pids: number[] = [];

  beforeEach(async () => {
    shop.configure({ demoMode: 'normal' });
    await shop.start();
    pids = shop.run().children.map(({ pid }) => pid);
    assert.ok(pids.length > 11 && pids.every(isAlive));
  });
  after(() => shop.dispose());

  it('ends with its output, and notes why', async () => {
    shop.closeOutput();
    assert.equal(await shop.ended(), 0);
    assert.deepEqual(pids.filter(isAlive), []);
    assert.match(shop.output, /Stopping: the output was lost \(.*EPIPE/);
    assert.match(
      readFileSync(path.join(dataFolder(shop.dataDir).logs, 'runner.log'), 'utf8'),
      /the shop ends: the output was lost/,
    );
  });

  it('ends when it can write down nothing any more', async () => {
    // In the way of what run.json is written to, for every user.
    const draft = `${dataFolder(shop.dataDir).runFile}.${String(shop.pid)}.tmp`;
    mkdirSync(draft);
    writeFileSync(path.join(draft, 'in-the-way'), '');
    const cart = shop.run().children.find(({ name }) => name === 'cart');
    // Its successor has to be written down.
    process.kill(cart?.pid ?? 0, 'SIGKILL');
    assert.equal(await shop.ended(), 1);
    assert.deepEqual(pids.filter(isAlive), []);
    assert.match(shop.output, /Stopping: an error: /);
    assert.match(shop.output, /while stopping: /);
  });
});
