import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Interrupted, Refusal } from '../../machine/errors';
import { resolveScenario } from '../../scenario/resolve';
import type { Override } from '../../scenario/types';
import { failed, ok, runCheck } from '../checks/check';
import type { BackupSummary } from './backup-format';
import { replaceHost, type ReplacementTools } from './host-replacement';

const FILE = '/d/backups/dev.jsonl.gz';
const ORDERS = new Map([['shop.orders', { rows: 12, sha256: 'ab'.repeat(32) }]]);

function backupWith(override: Partial<Override> | null = null): BackupSummary {
  const desired = resolveScenario({}, { nowSeconds: 0, scaleDefault: 1 });
  return {
    header: { target: { kind: 'stack', name: 'dev' }, scenario: { desired, override } },
    tables: ORDERS,
    sha256: 'cd'.repeat(32),
  } as unknown as BackupSummary;
}

let done: string[];
let lines: string[];
let hosts: unknown[];
beforeEach(() => {
  done = [];
  lines = [];
  hosts = [
    { instanceId: 'i-1', hostState: 'running' },
    { instanceId: 'i-2', hostState: 'running' },
  ];
});

/** A replacement in which everything goes well, but for what is given. */
function replace(
  own: Partial<ReplacementTools> = {},
  settings: Record<string, string> = {},
): Promise<boolean> {
  const step = (name: string) => {
    done.push(name);
    return Promise.resolve();
  };
  return replaceHost(
    { stack: 'dev', file: FILE, settings },
    {
      output: { line: (text) => lines.push(text) },
      check: () => undefined,
      host: () => Promise.resolve(hosts.shift()),
      backUp: () => step('backup').then(() => backupWith()),
      configure: (values) => step(`configure ${JSON.stringify(values)}`),
      updateStack: (_message, replaced) => step(`up, anew: ${replaced.join()}`),
      restore: () => step('restore').then(() => ({ tables: ORDERS, replaced: new Map() })),
      verification: () => [runCheck('instances', () => Promise.resolve(ok('all ready')))],
      ...own,
    },
  );
}

/** The text of the refusal. */
async function refusal(under: Promise<boolean>): Promise<Refusal> {
  const error: unknown = await under.then(
    () => assert.fail('it went through'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Refusal, String(error));
  return error;
}

const RESTORE = `npm run restore -- --target stack --stack dev ${FILE}`;

describe('the replacement of a host', () => {
  it('takes the data along: backup, config, another host, restore, verification', async () => {
    assert.equal(await replace({}, { k3sVersion: 'v1.36.5+k3s1' }), true);
    assert.deepEqual(done, [
      'backup',
      'configure {"k3sVersion":"v1.36.5+k3s1"}',
      'up, anew: **::host-server',
      'restore',
    ]);
    assert.match(
      lines.at(-1) ?? '',
      /^✓ i-2 has taken over with 12 rows of shop\.orders; the backup stays: \/d\/backups/,
    );
    // What is lost is said before it is.
    assert.match(lines.join('\n'), /the database goes with the host/);
  });

  it('touches nothing without a backup', async () => {
    const broken = replace({ backUp: () => Promise.reject(new Error('no space left')) });
    await assert.rejects(broken, /no space left/);
    assert.deepEqual(done, []);
  });

  it('is refused where there is no host, or a parked one, or a run under way', async () => {
    hosts = [null];
    assert.match((await refusal(replace())).message, /no host of its own.*Nothing was touched/);
    hosts = [{ instanceId: 'i-1', hostState: 'stopped' }];
    assert.match((await refusal(replace())).message, /parked.*hostState running.*Nothing was touched/);
    assert.deepEqual(done, []);
    hosts = [{ instanceId: 'i-1', hostState: 'running' }];
    const expiresAt = Date.now() / 1000 + 600;
    const running = backupWith({ runId: 'r-1', startedBy: 'console', expiresAt });
    const { message } = await refusal(replace({ backUp: () => Promise.resolve(running) }));
    assert.match(message, /run r-1.*npm run rollback -- --target stack --stack dev.*a backup lies in/);
    assert.deepEqual(done, []);
  });

  it('names backup and command where the update fails, or is broken off', async () => {
    const broken = await refusal(replace({ updateStack: () => Promise.reject(new Error('no capacity')) }));
    assert.ok(broken.message.startsWith('no capacity\n'));
    assert.ok(broken.message.endsWith(`go on:\n  pulumi up --stack dev && ${RESTORE}`), broken.message);
    assert.ok(broken.message.includes(FILE));
    assert.equal(broken.exitCode, 1);
    assert.deepEqual(done, ['backup']);
    hosts = [{ instanceId: 'i-1', hostState: 'running' }];
    const off = await refusal(replace({ updateStack: () => Promise.reject(new Interrupted('SIGINT')) }));
    assert.equal(off.exitCode, 130);
  });

  it('names backup and command where the restore fails, or the host is the same', async () => {
    const { message } = await refusal(
      replace({ restore: () => Promise.reject(new Error('another catalog')) }),
    );
    assert.ok(message.startsWith('another catalog\n') && message.endsWith(`go on:\n  ${RESTORE}`), message);
    hosts = [
      { instanceId: 'i-1', hostState: 'running' },
      { instanceId: 'i-1', hostState: 'running' },
    ];
    assert.match((await refusal(replace())).message, /the host is still i-1/);
    assert.ok(!done.includes('restore'));
  });

  it('is not done when what is verified does not hold', async () => {
    const sick = runCheck('instances', () => Promise.resolve(failed('cart is missing')));
    assert.equal(await replace({ verification: () => [sick] }), false);
    assert.match(lines.at(-1) ?? '', /^✗ the data is back, but/);
  });
});
