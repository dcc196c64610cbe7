/** `npm run demo` in short: a graded piece of the outage, its two ablations, and what happens when it is killed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { repositoryDir, TestShop, until } from '../harness';

const shop = new TestShop(`e2e-demo-${String(process.pid)}`, ['--rows', '100000', '--scale', '0.25'], 5_000);

interface Cohort {
  errors: number;
  errorRate: number;
  p95Ms: number | null;
  completed: number;
}
interface Report {
  ablation: string | null;
  minutes: { minute: number; demo: Cohort & { target: { errorRate: number } }; baseline: Cohort }[];
  load: { scheduled: number; started: number; dropped: number; startLagP99Ms: number | null };
  verdict: { ok: boolean; failures: string[] };
}

interface Ended {
  code: number | null;
  output: string;
  report: Report;
}

function demo(
  name: string,
  args: string[],
): { ended: Promise<Ended>; kill: (signal: NodeJS.Signals) => void } {
  const file = join(shop.dataDir, `${name}.json`);
  const child = spawn(
    process.execPath,
    [
      join(repositoryDir, 'dist', 'cli', 'demo.js'),
      ...['--data', shop.dataDir, '--stack', shop.stack, '--minute-seconds', '6', '--report', file, ...args],
    ],
    { cwd: repositoryDir, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      let report = {} as Report;
      try {
        report = JSON.parse(readFileSync(file, 'utf8')) as Report;
      } catch {
        // Refused or killed: the tests that need a report say so by what it lacks.
      }
      resolve({ code, output, report });
    });
  });
  return {
    ended,
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

const indexPresent = async (): Promise<boolean> => {
  const rows = await shop.sql<{ valid: boolean }>(
    `select indisvalid as valid from pg_index where indexrelid = to_regclass('storage.idx_products_category')`,
  );
  return rows[0]?.valid === true;
};

before(async () => {
  shop.configure({ demoMode: 'normal' });
  await shop.start();
});
after(async () => {
  await shop.dispose();
});

describe('npm run demo', () => {
  it('keeps its promise at the graded minutes, and heals', async () => {
    const { code, output, report } = await demo('outage', ['--from', '13', '--to', '16']).ended;
    assert.equal(code, 0, output);
    assert.equal(report.verdict.ok, true, report.verdict.failures.join('\n'));
    const graded = report.minutes.find(({ minute }) => minute === 15);
    assert.ok(graded && Math.abs(graded.demo.errorRate - 0.65) <= 0.08, JSON.stringify(graded));
    assert.equal(report.load.dropped, 0);
    assert.ok(await indexPresent());
  });

  it('shows that it is the index', async () => {
    const { code, output, report } = await demo('index', ['--from', '20', '--to', '21', '--ablate', 'index'])
      .ended;
    assert.equal(code, 0, output);
    for (const { demo: cohort } of report.minutes)
      assert.ok(cohort.errorRate <= 0.02, JSON.stringify(cohort));
  });

  it('shows that it is the pool: slow without it, but nothing fails', async () => {
    const { output, report } = await demo('pool', ['--from', '20', '--to', '20', '--ablate', 'pool']).ended;
    const peak = report.minutes.find(({ minute }) => minute === 20);
    assert.ok(peak, output);
    assert.ok(peak.demo.errorRate < 0.05, output);
    assert.ok((peak.demo.p95Ms ?? 0) > 1_000, output);
  });

  it('heals when it is interrupted, with a service killed in the middle', async () => {
    const run = demo('interrupted', ['--from', '20', '--to', '25']);
    await until(
      async () => !(await indexPresent()),
      60_000,
      () => 'the index to go',
    );
    run.kill('SIGINT');
    const { code, output } = await run.ended;
    assert.equal(code, 130, output);
    assert.ok(await indexPresent());
    const rows = await shop.sql('select 1 from scenario.override where expires_at > now()');
    assert.equal(rows.length, 0);
  });
});
