import { mkdirSync } from 'node:fs';
import { asJson, writeWholeFile } from '../machine/private-file';
import path from 'node:path';
import { endRun } from '../scenario/override/store';
import { fileTime } from './backup/backup-place';
import { countedBetween } from './observation/answers';
import { ShopObserver } from './observation/shop-observer';
import { runCommand } from '../machine/command';
import { EXIT, Interrupted, messageOf } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { withTarget } from './outage/heal-left-open';
import { duration } from '../report/format';
import { standardOutput, type Output } from '../machine/terminal';
import { file as fileOption, number, command, type OptionsOf } from '../machine/options';
import { withSession } from '../machine/session';
import { renderSoak, soakResult } from './soak/soak-report';
import { beginSoak } from './soak/soak-run';
import { takeSample, type Sample } from './soak/soak-samples';
import { describeTarget, type Target } from './target/target';
import { KEEP, TARGET_OPTIONS } from './target/target-options';

const MOST_MINUTES = 240;
const EVERY_MS = 5000;
/** Between two lines of progress (ms). */
const TELL_MS = 30_000;

const SOAK_COMMAND = command({
  name: 'soak',
  about: `Runs the healthy shop at a steady load and looks for what goes wrong slowly: dropped starts, processes that grow,
spans that never arrive.`,
  options: {
    ...TARGET_OPTIONS,
    keep: KEEP,
    minutes: number({
      placeholder: 'M',
      help: `how long, real minutes, at most ${MOST_MINUTES}`,
      above: 0,
      to: MOST_MINUTES,
      example: 10,
      fallback: 10,
    }),
    scale: number({
      placeholder: 'X',
      help: 'load: 1 is 100 baseline journeys and 60 checkouts a minute',
      above: 0,
      to: 100,
      example: 2,
      fallback: 2,
    }),
    report: fileOption({
      written: true,
      help: 'FILE (JSON) and its Markdown twin',
      otherwise: 'soak/ in the data folder, by date',
      allowed: 'the JSON file, e.g. soak.json',
      test: (given) => path.extname(given) === '.json',
    }),
  },
  notes: `The load is a run of its own that expires by itself; config, indexes and pools stay as they are.

Exit codes: 0 as it should be, 1 something is wrong or the soak was refused, 2 bad options, 130 interrupted.`,
});
type SoakOptions = OptionsOf<typeof SOAK_COMMAND>;

async function main(options: SoakOptions): Promise<number> {
  const output = standardOutput(() => undefined);
  const interruption = new Interruption(() => output.line('Interrupted: the load goes back.')).listen();
  return withTarget(options, output, (target) => soak(target, options, interruption, output));
}

async function soak(
  target: Target,
  options: SoakOptions,
  interruption: Interruption,
  output: Output,
): Promise<number> {
  const run = await beginSoak(target, options);
  const startedAt = new Date();
  output.line(
    `Soak of ${describeTarget(target)}: ${options.minutes} minutes at scale ${options.scale} ` +
      `(${Math.round(run.scenario.traffic.baselineRpm)} baseline journeys and ${Math.round(run.scenario.traffic.normalDemoRpm)} checkouts a minute), run ${run.runId}`,
  );
  const samples: Sample[] = [];
  let interrupted = false;
  try {
    await watch(target, options.minutes * 60, samples, interruption, output);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    interrupted = true;
  } finally {
    await withSession(target.conductor, (sql) => endRun(sql, run.runId)).catch((error: unknown) =>
      output.line(`The load ends by itself within a minute (${messageOf(error)}).`),
    );
  }
  if (samples.length < 3) {
    output.line('Too short to say anything.');
    return interrupted ? EXIT.interrupted : EXIT.failed;
  }
  const result = soakResult(samples, {
    startedAt: startedAt.toISOString(),
    target: target.name,
    scale: options.scale,
  });
  const text = renderSoak(result);
  output.line(text);
  const file = options.report ?? path.join(target.dataDir, 'soak', `${fileTime(startedAt)}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  const markdown = `${file.replace(/\.json$/, '')}.md`;
  writeWholeFile(file, asJson(result));
  writeWholeFile(markdown, text);
  output.line(`Report: ${file}, ${markdown}`);
  if (interrupted) return EXIT.interrupted;
  return result.ok ? EXIT.ok : EXIT.failed;
}

/** Takes a sample every few seconds. A service that does not answer is reported, and looked at again. */
async function watch(
  target: Target,
  seconds: number,
  samples: Sample[],
  interruption: Interruption,
  output: Output,
): Promise<void> {
  const observer = new ShopObserver(target);
  const started = performance.now();
  let toldAt = started;
  let failing = false;
  for (;;) {
    const at = (performance.now() - started) / 1000;
    try {
      samples.push(await takeSample(target, observer, at));
      if (failing) output.line('  answers again');
      failing = false;
    } catch (error) {
      if (!failing) output.line(`  no sample: ${messageOf(error)}; trying again`);
      failing = true;
    }
    if (at >= seconds) return;
    if (performance.now() - toldAt >= TELL_MS) {
      toldAt = performance.now();
      tellProgress(samples, at, seconds, output);
    }
    await interruption.wait(Math.min(EVERY_MS, Math.max(100, (seconds - at) * 1000)));
  }
}

function tellProgress(samples: readonly Sample[], at: number, seconds: number, output: Output): void {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return;
  const progress = (name: 'baseline' | 'demo'): string => {
    const { requests, errors, dropped } = countedBetween(first.load, last.load, name);
    return `${name} ${requests} ended, ${errors} failed, ${dropped} dropped`;
  };
  const total = Object.values(last.rss).reduce((sum, bytes) => sum + bytes, 0);
  output.line(
    `  ${duration(at * 1000)} of ${duration(seconds * 1000)}: ${progress('baseline')}; ${progress('demo')}; ${Math.round(total / 1_000_000)} MB`,
  );
}

runCommand(SOAK_COMMAND, main);
