/** validate, backup, restore and rollback against a real shop: healthy, damaged, and in the middle of an outage. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { repositoryDir, TestShop, until } from '../harness';

/** What the vendor's end point answers. */
let vendorStatus = 200;
let vendor: Server;
let shop: TestShop;

interface Ended {
  code: number | null;
  output: string;
}
interface Result {
  ok: boolean;
  checks: { id: string; state: string; figures: string; remedy: string | null; anchor: string }[];
}

function command(name: string, args: string[]): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [
      join(repositoryDir, 'dist', 'cli', `${name}.js`),
      '--data',
      shop.dataDir,
      '--stack',
      shop.stack,
      ...args,
    ],
    { cwd: repositoryDir, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      // With --json standard output is the result's alone.
      resolve({ code, output: args.includes('--json') ? output : output + errors });
    });
  });
}

const orders = async (): Promise<number> =>
  Number((await shop.sql<{ count: string }>('select count(*) from shop.orders'))[0]?.count);
const indexState = async (): Promise<string> => {
  const rows = await shop.sql<{ valid: boolean }>(
    `select indisvalid as valid from pg_index where indexrelid = to_regclass('storage.idx_products_category')`,
  );
  return rows[0] === undefined ? 'absent' : rows[0].valid ? 'present' : 'invalid';
};

before(async () => {
  vendor = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(vendorStatus, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  const address = vendor.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  shop = new TestShop(
    `e2e-ops-${String(process.pid)}`,
    ['--rows', '50000', '--otlp-endpoint', `http://127.0.0.1:${String(port)}`],
    7_000,
  );
  shop.configure({ demoMode: 'normal' });
  await shop.start();
});
after(async () => {
  await shop.dispose();
  vendor.closeAllConnections();
  vendor.close();
});

describe('the commands of a shop', () => {
  let backup = '';

  it('validate: a whole shop has every check, and the vendor takes its telemetry', async () => {
    const { code, output } = await command('validate', ['--quick', '--json']);
    const result = JSON.parse(output) as Result;
    const failed = result.checks
      .filter(({ state }) => state !== 'ok')
      .map(({ id, figures }) => `${id}: ${figures}`);
    assert.deepEqual(failed, []);
    assert.equal(result.checks.length, 11);
    assert.equal(code, 0);
  });

  it('backup: one file, checked', async () => {
    backup = join(shop.dataDir, 'backup.jsonl.gz');
    const { code, output } = await command('backup', ['--out', backup]);
    assert.equal(code, 0, output);
    assert.match(output, /shop\.orders: \d+ rows, sha256/);
    const checked = await command('restore', [backup, '--check']);
    assert.equal(checked.code, 0, checked.output);
  });

  it('validate names what the vendor answers, an invalid index, and where to read on', async () => {
    vendorStatus = 403;
    await shop.sql('drop index concurrently storage.idx_products_category');
    // What an interrupted build leaves.
    await shop.sql('create index idx_products_category on storage.products (category)');
    await shop.sql(
      `update pg_index set indisvalid = false where indexrelid = 'storage.idx_products_category'::regclass`,
    );
    const { code, output } = await command('validate', ['--quick', '--json']);
    const result = JSON.parse(output) as Result;
    assert.equal(code, 1);
    const of = (id: string) => result.checks.find((check) => check.id === id);
    assert.equal(of('vendor-endpoint')?.state, 'failed');
    assert.match(of('vendor-endpoint')?.figures ?? '', /403 Forbidden/);
    assert.match(of('vendor-endpoint')?.remedy ?? '', /account and region/);
    assert.match(of('indexes')?.figures ?? '', /idx_products_category is invalid, should be present/);
    assert.equal(of('indexes')?.anchor, 'docs/troubleshooting.md#indexes');
    vendorStatus = 200;
  });

  it('rollback: from the outage, with an invalid index, back to normal; a second one changes nothing', async () => {
    shop.configure({
      demoMode: 'blackfriday',
      minuteSeconds: 6,
      durationMinutes: 90,
      demoStartTimestamp: Math.round(Date.now() / 1000) - 118,
    });
    await until(
      async () => (await indexState()) === 'absent',
      30_000,
      () => 'the outage',
    );
    const { code, output } = await command('rollback', ['--json']);
    assert.equal(code, 0, output);
    const result = JSON.parse(output) as Result & { timeToRecoverSeconds: number };
    assert.deepEqual(
      result.checks.map(({ id }) => id),
      ['demo-mode', 'config-clean', 'telemetry-arrives', 'routes', 'instances'],
    );
    assert.equal(await indexState(), 'present');
    assert.match(readFileSync(shop.stackFile, 'utf8'), /demoMode: normal/);
    const again = await command('rollback', []);
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, /nothing to do there/);
  });

  it('restore: replaces what is there, and refuses a damaged file without touching anything', async () => {
    const wanted = Number(
      /shop\.orders (\d+) rows/.exec((await command('restore', [backup, '--check'])).output)?.[1],
    );
    const before = await orders();
    const whole = readFileSync(backup);
    const damaged = `${backup}.damaged`;
    writeFileSync(damaged, whole.subarray(0, whole.length - 20));
    const refused = await command('restore', [damaged]);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /is damaged .*nothing was restored/);
    assert.ok((await orders()) >= before);
    const { code, output } = await command('restore', [backup]);
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`shop\\.orders: ${wanted} rows restored in place of \\d+`));
    assert.match(output, /what is there now: .*before-restore/);
  });

  it('each says what it does, and names a bad option', async () => {
    for (const name of ['validate', 'rollback', 'backup', 'restore', 'soak']) {
      const help = await command(name, ['--help']);
      assert.equal(help.code, 0, name);
      assert.match(help.output, new RegExp(`npm run ${name}`));
      const bad = await command(name, ['--nonsense']);
      assert.equal(bad.code, 2, bad.output);
    }
  });
});
