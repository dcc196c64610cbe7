import path from 'node:path';
import { parseArgs } from 'node:util';
import { ABLATIONS, DEMO_MODES, type Ablation, type CurvePoint, type DemoMode } from '../../scenario/types';
import { EXIT, Refusal } from '../../machine/errors';
import { parseClockTime, type ClockTime } from './peak-at';
import type { TargetKind } from '../target/target';
import {
  readTargetChoice,
  refuseFaults,
  TARGET_ARGUMENTS,
  TARGET_HELP,
  type ArgumentFault,
} from '../target/target-options';

export type OutageMode = Exclude<DemoMode, 'normal'>;
const OUTAGE_MODES = DEMO_MODES.filter((mode): mode is OutageMode => mode !== 'normal');

/** What the command line of `npm run demo` says; null where the stack file or the running shop decides. */
export interface DemoOptions {
  mode: OutageMode;
  /** Real seconds of one demo minute. */
  minuteSeconds: number | null;
  /** First demo minute of the run. */
  fromMinute: number;
  /** Last demo minute of the run, which is run to its end; null: the scenario's last. */
  toMinute: number | null;
  ablation: Ablation | null;
  /** Absolute path of the JSON report; null: none is written. */
  report: string | null;
  scale: number | null;
  rows: number | null;
  target: TargetKind;
  stack: string;
  /** Absolute path of the shop's data folder. */
  dataDir: string;
  portOffset: number;
  /** The eight-minute show. */
  talk: boolean;
  /** Local time of day at which the peak is to be. */
  peakAt: ClockTime | null;
  /** Leave an outage that was left open. */
  keep: boolean;
  /** Choose the scenario by a seed, and don't show it. */
  blind: boolean;
  seed: number | null;
  /** A curve instead of the mode's own or the stack's (a blind run's). */
  curve: CurvePoint[] | null;
}

export type DemoCommand = { kind: 'help'; text: string } | { kind: 'demo'; options: DemoOptions };

export const HELP = `Runs the outage against the shop of npm start (which it starts when it isn't there), watches it, heals it, grades it.

Usage: npm run demo -- [options]

  --mode MODE            ${OUTAGE_MODES.join(' | ')} (default: blackfriday)
  --minute-seconds S     real seconds of one demo minute (default: the stack's minuteSeconds, else 60; 6 shows it in 3 minutes)
  --from M               first demo minute (default: 0)
  --to M                 last demo minute, run to its end (default: the scenario's last)
  --ablate index|pool    take that out of the cause: keep the index, or keep the large pool
  --report FILE          write the report: FILE (JSON), with the same name .md, .html and .svg (the curve)
  --scale X              multiplies load and pool alike (default: as the shop runs; 0.25 when it is started here)
  --rows N               products in the catalog (only when the shop is started here, or has as many)
  --port-offset N        for a shop that is started here: add N to every port
${TARGET_HELP}
                         A stack is broken and healed by its configuration and pulumi up, through the Automation API.
  --talk                 the eight-minute show: 90 s normal, the way to the peak in 120 s, the peak held until it is
                         healed (key h, or npm run demo -- heal)
  --peak-at HH:MM        begin so that the peak is at this local time
  --blind [--seed N]     a scenario and a start chosen by a seed and not shown; npm run demo -- reveal tells afterwards
  --keep                 leave an outage that a killed run left open (else it is healed first)
  --help                 this text

Commands for a run under way, from a second terminal (each has --help):
  status, pause, resume, goto M, abort, heal; history and reveal tell of past runs
In the terminal of the run: p pause, r resume, g go to a minute, a abort, q quit.

Before it begins it checks that all services are ready, that baseline was green for ten seconds and that telemetry
arrives. Ctrl-C heals and ends; a second Ctrl-C ends at once, and the outage ends by itself when the run expires (a
stack's update is waited for: it would leave the stack locked). What a killed run left broken the next command heals.

Exit codes: 0 as promised (or NOT GRADED: no graded minute was run, and nothing else failed), 1 the verdict is negative or the run was refused, 2 bad options, 130 interrupted and healed.
`;

/**
 * Reads the command line of `npm run demo`.
 *
 * @param argv without node and script
 * @param place `repositoryDir` is where the default data folder lies, `cwd` what paths are relative to
 * @throws Refusal (exit code 2) that lists every fault with key, value and what is allowed
 */
export function parseDemoArguments(
  argv: readonly string[],
  place: { repositoryDir: string; cwd: string },
): DemoCommand {
  const values = readOptions(argv);
  if (values.help) return { kind: 'help', text: HELP };
  const faults: ArgumentFault[] = [];
  const options: DemoOptions = {
    mode: choice('--mode', values.mode, OUTAGE_MODES, faults) ?? 'blackfriday',
    minuteSeconds: number('--minute-seconds', values['minute-seconds'], faults, {
      allowed: 'a number from 1 to 3600, e.g. --minute-seconds 6',
      test: (value) => value >= 1 && value <= 3600,
    }),
    fromMinute: number('--from', values.from, faults, wholeMinute('--from 4')) ?? 0,
    toMinute: number('--to', values.to, faults, wholeMinute('--to 20')),
    ablation: choice('--ablate', values.ablate, ABLATIONS, faults),
    report: values.report === undefined ? null : reportPath(values.report, place.cwd, faults),
    scale: number('--scale', values.scale, faults, {
      allowed: 'a number above 0, at most 100, e.g. --scale 0.25',
      test: (value) => value > 0 && value <= 100,
    }),
    rows: number('--rows', values.rows, faults, {
      allowed: 'a whole number from 50000, e.g. --rows 100000',
      test: (value) => Number.isSafeInteger(value) && value >= 50_000,
    }),
    ...readTargetChoice(values, place, faults),
    portOffset:
      number('--port-offset', values['port-offset'], faults, {
        allowed: 'a whole number from 0, e.g. --port-offset 1000',
        test: (value) => Number.isSafeInteger(value) && value >= 0,
      }) ?? 0,
    talk: values.talk,
    peakAt: values['peak-at'] === undefined ? null : peakTime(values['peak-at'], faults),
    keep: values.keep,
    blind: values.blind,
    seed: number('--seed', values.seed, faults, {
      allowed: 'a whole number from 0 to 4294967295, e.g. --seed 7',
      test: (value) => Number.isSafeInteger(value) && value >= 0 && value <= 0xffff_ffff,
    }),
    curve: null,
  };
  contradictions(options, values, faults);
  if (options.toMinute !== null && options.toMinute < options.fromMinute) {
    faults.push({
      key: '--to',
      value: String(options.toMinute),
      remedy: `at least --from (${options.fromMinute})`,
    });
  }
  refuseFaults(faults);
  return { kind: 'demo', options };
}

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        mode: { type: 'string' },
        'minute-seconds': { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        ablate: { type: 'string' },
        report: { type: 'string' },
        scale: { type: 'string' },
        rows: { type: 'string' },
        'port-offset': { type: 'string' },
        ...TARGET_ARGUMENTS,
        talk: { type: 'boolean', default: false },
        'peak-at': { type: 'string' },
        keep: { type: 'boolean', default: false },
        blind: { type: 'boolean', default: false },
        seed: { type: 'string' },
      },
    }).values;
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw new Refusal(`${text}. All options: npm run demo -- --help`, EXIT.usage);
  }
}

/** Options that exclude each other. */
function contradictions(
  options: DemoOptions,
  values: { mode?: string | undefined },
  faults: ArgumentFault[],
): void {
  if (options.talk && (options.fromMinute > 0 || options.toMinute !== null)) {
    faults.push({
      key: '--talk',
      value: '',
      remedy: 'without --from and --to: it goes from minute 0 to the peak',
    });
  }
  if (options.seed !== null && !options.blind) {
    faults.push({ key: '--seed', value: String(options.seed), remedy: 'together with --blind' });
  }
  if (!options.blind) return;
  if (values.mode !== undefined || options.ablation !== null || options.talk || options.peakAt !== null) {
    faults.push({
      key: '--blind',
      value: '',
      remedy: 'without --mode, --ablate, --talk and --peak-at: the seed chooses',
    });
  }
  if (options.fromMinute > 0 || options.toMinute !== null) {
    faults.push({ key: '--blind', value: '', remedy: 'without --from and --to: the seed chooses' });
  }
}

function peakTime(value: string, faults: ArgumentFault[]): ClockTime | null {
  const time = parseClockTime(value);
  if (time === null)
    faults.push({ key: '--peak-at', value, remedy: 'a local time of day, e.g. --peak-at 14:20' });
  return time;
}

function choice<T extends string>(
  key: string,
  value: string | undefined,
  allowed: readonly T[],
  faults: ArgumentFault[],
): T | null {
  if (value === undefined) return null;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) faults.push({ key, value, remedy: `one of ${allowed.join(', ')}` });
  return found ?? null;
}

interface NumberRule {
  allowed: string;
  test: (value: number) => boolean;
}

function wholeMinute(example: string): NumberRule {
  return {
    allowed: `a whole demo minute from 0 on, e.g. ${example}`,
    test: (value) => Number.isSafeInteger(value) && value >= 0,
  };
}

function number(
  key: string,
  value: string | undefined,
  faults: ArgumentFault[],
  rule: NumberRule,
): number | null {
  if (value === undefined) return null;
  const parsed = value.trim() === '' ? NaN : Number(value);
  if (!Number.isFinite(parsed) || !rule.test(parsed)) {
    faults.push({ key, value, remedy: rule.allowed });
    return null;
  }
  return parsed;
}

function reportPath(value: string, cwd: string, faults: ArgumentFault[]): string | null {
  const taken = ['.md', '.svg', '.html'].includes(path.extname(value).toLowerCase());
  if (value === '' || taken) {
    faults.push({
      key: '--report',
      value,
      remedy: 'the JSON file, e.g. report.json; .md, .html and .svg lie beside it',
    });
    return null;
  }
  return path.resolve(cwd, value);
}
