import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import type { Override } from '../../scenario/types';
import { SERVICE_NAMES } from '../../services/catalog';
import { EXIT, Interrupted, Refusal } from '../../machine/errors';
import { readCommand } from '../../machine/options';
import { cohort } from '../../test/mocks/runs';
import { IntentFile } from '../control/intent-file';
import { pastRuns } from '../control/past-runs';
import { cohortStats } from '../observation/answers';
import type { Target } from '../target/target';
import { DEMO, type DemoOptions } from './arguments';
import { exerciseOf } from './blind';
import { Show, type ShowConductor, type ShowTools } from './show';

const folder = mkdtempSync(path.join(tmpdir(), 'show-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
const stackFile = path.join(folder, 'Pulumi.dev.yaml');
writeFileSync(stackFile, 'config:\n  ecommerce-demo:demoMode: normal\n');
const desired = resolveScenario({ catalogRows: 100_000 }, { nowSeconds: 1, scaleDefault: 0.25 });

function options(...argv: string[]): DemoOptions {
  const command = readCommand(DEMO, argv, { repositoryDir: folder, cwd: folder });
  assert.ok(command);
  return { ...command.values, curve: null };
}

let done: string[] = [];
let lines: string[] = [];
let dataDir = '';
beforeEach(() => {
  done = [];
  lines = [];
  dataDir = mkdtempSync(path.join(folder, 'data-'));
});

interface Faults {
  begin?: () => Promise<void>;
  heal?: () => Promise<typeof desired>;
  /** What the override row is at a look, once the run has begun. */
  row?: (run: Override) => Override | null;
  /** Called at each wait, with the run under way; what it throws ends the show. */
  wait?: (run: Override | null) => void;
}

/** A show of the last two minutes of a run against a shop that does as it should, by a clock that only waiting moves. */
async function play(argv: string[], faults: Faults = {}, seed: number | null = null): Promise<number> {
  let nowMs = Date.UTC(2026, 0, 15, 12);
  let run: Override | null = null;
  const target = {
    kind: 'local',
    name: dataDir,
    stack: 'dev',
    config: stackFile,
    dataDir,
    consoleUrl: 'http://console',
    namespace: null,
    intents: new IntentFile(dataDir),
    instances: () =>
      Promise.resolve(
        SERVICE_NAMES.map((name) => ({
          workload: name,
          name,
          ready: true,
          reason: null,
          restarts: null,
          pid: 1,
        })),
      ),
  } as unknown as Target;
  const conductor: ShowConductor = {
    endRelief: () => Promise.resolve(),
    readState: () =>
      Promise.resolve({ desired, override: run === null ? null : (faults.row ?? ((row) => row))(run) }),
    readIndexes: () => Promise.resolve({ ...desired.indexes }),
    begin: async (override) => {
      done.push(`begin, written down as ${String((await target.intents.read())?.state)}`);
      await faults.begin?.();
      run = override;
    },
    change: (change) => {
      if (run === null) return Promise.reject(new Refusal('not now'));
      run = change(run, { desired, override: run });
      return Promise.resolve(run);
    },
    heal: async () => {
      done.push('heal');
      run = null;
      return faults.heal === undefined ? desired : faults.heal();
    },
    relieve: () => Promise.resolve(),
    end: () => Promise.resolve(true),
  };
  let requests = 0;
  const telemetry = {
    arriving: true,
    lastSpanAgeMs: 1,
    spansReceived: 1,
    baselineRequests: 5,
    demoRequests: 5,
    catalog: { requests: 0, p95Ms: null },
  };
  const shown = seed === null ? null : exerciseOf(seed);
  const minutes = Array.from({ length: 30 }, (_, minute) => ({
    minute,
    phase: 'investigation',
    demo: cohort(100, 78, 3000),
    baseline: cohort(10, 0),
    inFlight: 0,
  }));
  const tools: ShowTools = {
    target,
    options: options('--minute-seconds', '6', ...argv),
    interruption: {
      wait: (ms) => {
        faults.wait?.(run);
        nowMs += ms;
        return Promise.resolve();
      },
      request: () => undefined,
    },
    output: { line: (text) => lines.push(text) },
    now: () => nowMs,
  };
  const observer = {
    run: () =>
      Promise.resolve({ minutes, load: { scheduled: 220, started: 220, dropped: 0, startLagP99Ms: 2 } }),
    runTelemetry: () => Promise.resolve({ ...telemetry, lostRevenue: new Map([[28, 100]]), flowAlert: null }),
    telemetry: () => Promise.resolve(telemetry),
    traffic: () => {
      requests += 10;
      return Promise.resolve({
        baseline: cohortStats({ total: { requests } }),
        demo: cohortStats({ total: { requests }, last_10s: { requests: 50, errors: 0 } }),
      });
    },
    recommendationPool: () => Promise.resolve({ size: 25, replicas: 1 }),
    all: (service: string) =>
      Promise.resolve([{ instance: service, status: 200, body: { release: desired.releases.checkout } }]),
  };
  const told = shown === null ? tools.output : { line: (): void => undefined };
  return new Show(tools, shown, told, conductor, observer).run();
}

const LAST = ['--from', '28'];
const kept = () => pastRuns(dataDir)[0]?.run;
const left = () => existsSync(path.join(dataDir, 'intent.json'));

describe('a show', () => {
  it('checks, writes down what it is about to break, breaks it, heals it, and tells and keeps the report', async () => {
    const report = path.join(dataDir, 'mine.json');
    await play([...LAST, '--report', report]);
    assert.deepEqual(done, ['begin, written down as open', 'heal']);
    assert.equal(left(), false);
    const text = lines.join('\n');
    assert.match(
      text,
      /Pre-flight(.|\n)*Run blackfriday-1-.*(.|\n)*--- Minute 28\/30 ---(.|\n)*--- Minute 29\/30 ---/,
    );
    assert.deepEqual(
      kept()?.minutes.map(({ minute }) => minute),
      [28, 29],
    );
    assert.equal(kept()?.lostRevenueUsd, 100);
    assert.equal(kept()?.healed?.ok, true);
    assert.equal((JSON.parse(readFileSync(report, 'utf8')) as { runId: string }).runId, kept()?.runId);
  });

  it('heals whatever fails once the outage has begun, and says why', async () => {
    const begin = (): Promise<void> => Promise.reject(new Error('the index is locked'));
    assert.equal(await play(LAST, { begin }), EXIT.failed);
    assert.deepEqual(done, ['begin, written down as open', 'heal']);
    assert.equal(left(), false);
    assert.match(lines.join('\n'), /✗ the index is locked/);
    assert.equal(kept()?.verdict.ok, false);
  });

  it('heals after an interruption, and ends as an interrupted one', async () => {
    const wait = (run: Override | null): void => {
      if (run !== null) throw new Interrupted('SIGINT');
    };
    assert.equal(await play(LAST, { wait }), EXIT.interrupted);
    assert.deepEqual(done, ['begin, written down as open', 'heal']);
    assert.equal(left(), false);
  });

  it('leaves written down what it could not heal: the next command does', async () => {
    const heal = (): Promise<never> => Promise.reject(new Error('PostgreSQL is away'));
    assert.equal(await play(LAST, { heal }), EXIT.failed);
    assert.equal(left(), true);
    assert.match(lines.join('\n'), /PostgreSQL is away\. .*The next command heals\./);
  });

  it('does not heal the run of somebody who was faster', async () => {
    const begin = (): Promise<void> => Promise.reject(new Refusal('Another run is under way'));
    await assert.rejects(play(LAST, { begin }), /Another run is under way/);
    assert.deepEqual(done, ['begin, written down as open']);
    assert.equal(left(), false);
  });

  it('notices that somebody else has ended its run, and verifies that all is well', async () => {
    let looks = 0;
    const row = (run: Override): Override | null => ((looks += 1) < 5 ? run : null);
    assert.equal(await play(LAST, { row }), EXIT.interrupted);
    assert.match(lines.join('\n'), /ended elsewhere/);
    assert.deepEqual(done, ['begin, written down as open', 'heal']);
  });

  it('breaks nothing, and leaves nothing behind, when it is interrupted before', async () => {
    const wait = (): void => {
      throw new Interrupted('SIGINT');
    };
    await assert.rejects(play(LAST, { wait }), Interrupted);
    assert.deepEqual(done, []);
    assert.equal(left(), false);
    assert.deepEqual(readdirSync(dataDir), []);
  });

  it('refuses a second one while the first is being prepared', async () => {
    const first = play(LAST, {
      begin: async () => {
        await assert.rejects(play(LAST), /Another run is under way: .*process \d+/);
      },
    });
    await first;
    assert.deepEqual(done, ['begin, written down as open', 'heal']);
  });

  it('that is blind tells nothing of what it is, and keeps it for reveal', async () => {
    const seed = 7;
    assert.equal(await play(['--blind', '--seed', String(seed)], {}, seed), EXIT.ok);
    const text = lines.join('\n');
    assert.doesNotMatch(text, /blackfriday|target|predicted|catastrophe/i);
    assert.match(text, /The exercise has begun(.|\n)*The exercise is over \(healed and verified\)/);
    assert.equal(kept()?.exercise?.seed, seed);
  });

  it('that is to peak at a time of day waits for it, or says why it cannot', async () => {
    const two = (value: number): string => String(value).padStart(2, '0');
    const at = (minutes: number): string => {
      const time = new Date(Date.UTC(2026, 0, 15, 12) + minutes * 60_000);
      return `${two(time.getHours())}:${two(time.getMinutes())}`;
    };
    await play(['--peak-at', at(10)]);
    assert.match(lines.join('\n'), new RegExp(`is to be at ${at(10)}:00`));
    const began = Date.parse(kept()?.startedAt ?? '') / 1000;
    assert.equal(began, Date.UTC(2026, 0, 15, 12) / 1000 + 600 - 20 * 6, 'minute 20 is the peak');
    await assert.rejects(play(['--peak-at', at(1)]), /--peak-at: the peak cannot be at/);
  });
});
