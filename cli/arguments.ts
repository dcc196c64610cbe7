import path from 'node:path';
import { parseArgs } from 'node:util';
import { ABLATIONS, DEMO_MODES, type Ablation, type DemoMode } from '../scenario/types';
import { EXIT, Refusal } from './faults';

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
  stack: string;
  /** Absolute path of the shop's data folder. */
  dataDir: string;
  portOffset: number;
}

export type DemoCommand = { kind: 'help'; text: string } | { kind: 'demo'; options: DemoOptions };

export const HELP = `Runs the outage against the shop of npm start (which it starts when it isn't there), watches it, heals it, grades it.

Usage: npm run demo -- [options]

  --mode MODE            ${OUTAGE_MODES.join(' | ')} (default: blackfriday)
  --minute-seconds S     real seconds of one demo minute (default: the stack's minuteSeconds, else 60; 6 shows it in 3 minutes)
  --from M               first demo minute (default: 0)
  --to M                 last demo minute, run to its end (default: the scenario's last)
  --ablate index|pool    take that out of the cause: keep the index, or keep the large pool
  --report FILE          write the report: FILE (JSON), with the same name .md (Markdown) and .svg (the curve)
  --scale X              multiplies load and pool alike (default: as the shop runs; 0.25 when it is started here)
  --rows N               products in the catalog (only when the shop is started here, or has as many)
  --data DIR             the shop's data folder (default: .data in the repository)
  --port-offset N        for a shop that is started here: add N to every port
  --stack NAME           read Pulumi.NAME.yaml (default: dev)
  --help                 this text

Before it begins it checks that all services are ready, that baseline was green for ten seconds and that telemetry
arrives. Ctrl-C heals and ends; a second Ctrl-C ends at once, and the outage ends by itself when the run expires.

Exit codes: 0 as promised (or NOT GRADED: no graded minute was run, and nothing else failed), 1 the verdict is negative or the run was refused, 2 bad options, 130 interrupted and healed.
`;

/** A fault in one option: what was given, what is allowed. */
interface ArgumentFault {
  key: string;
  value: string;
  remedy: string;
}

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
    stack: values.stack ?? 'dev',
    dataDir:
      values.data === undefined
        ? path.join(place.repositoryDir, '.data')
        : path.resolve(place.cwd, values.data),
    portOffset:
      number('--port-offset', values['port-offset'], faults, {
        allowed: 'a whole number from 0, e.g. --port-offset 1000',
        test: (value) => Number.isSafeInteger(value) && value >= 0,
      }) ?? 0,
  };
  if (options.toMinute !== null && options.toMinute < options.fromMinute) {
    faults.push({
      key: '--to',
      value: String(options.toMinute),
      remedy: `at least --from (${options.fromMinute})`,
    });
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(options.stack)) {
    faults.push({
      key: '--stack',
      value: options.stack,
      remedy: "a stack's name, e.g. dev for Pulumi.dev.yaml",
    });
  }
  if (faults.length > 0) throw new Refusal(faults.map(faultLine).join('\n'), EXIT.usage);
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
        data: { type: 'string' },
        'port-offset': { type: 'string' },
        stack: { type: 'string' },
      },
    }).values;
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw new Refusal(`${text}. All options: npm run demo -- --help`, EXIT.usage);
  }
}

function faultLine({ key, value, remedy }: ArgumentFault): string {
  return `${key} ${value === '' ? '(empty)' : value}: must be ${remedy}`;
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
  const taken = ['.md', '.svg'].includes(path.extname(value).toLowerCase());
  if (value === '' || taken) {
    faults.push({
      key: '--report',
      value,
      remedy: 'the JSON file, e.g. report.json; .md and .svg lie beside it',
    });
    return null;
  }
  return path.resolve(cwd, value);
}
