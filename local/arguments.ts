import path from 'node:path';
import { parseArgs } from 'node:util';
import { isStackName } from '../scenario/config/config-file';
import { DEMO_MODES, type DemoMode } from '../scenario/types';
import { CATALOG } from '../services/catalog';
import { Refusal } from '../machine/errors';

/** What the command line of `npm start` says; null where the stack file decides. */
export interface StartOptions {
  /** Stack whose `Pulumi.<stack>.yaml` is read and watched. */
  stack: string;
  mode: DemoMode | null;
  /** Real seconds of one demo minute. */
  minuteSeconds: number | null;
  /** Demo minute at which the run is when it starts: its start lies in the past. */
  fromMinute: number | null;
  scale: number | null;
  /** Products in the catalog. */
  rows: number | null;
  /** Added to every port. */
  portOffset: number;
  /** OTLP/HTTP base URL the console forwards telemetry to. */
  otlpEndpoint: string | null;
  /** Absolute path of the folder of databases, logs, secrets and state. */
  dataDir: string;
  verbose: boolean;
  /** Colours and the rewritten live line; without it plain lines. */
  color: boolean;
}

export type StartCommand = { kind: 'help'; text: string } | { kind: 'start'; options: StartOptions };

/** First port of the embedded PostgreSQL, before `--port-offset`. */
export const POSTGRES_PORT = 15432;
/** First port of the local Redis, before `--port-offset`. */
export const REDIS_PORT = 16379;
/** Traffic scale on one machine when neither the command line nor the stack file says one. */
export const LOCAL_SCALE = 0.25;

const servicePorts = CATALOG.map((entry) => entry.port);
const firstPort = Math.min(...servicePorts);
const lastPort = Math.max(...servicePorts);
const largestOffset = 65535 - Math.max(lastPort, POSTGRES_PORT, REDIS_PORT);

export const HELP = `Starts the shop on this machine: PostgreSQL, Redis, ten services, the console and their traffic.

Usage: npm start -- [options]

  --stack NAME           read and watch Pulumi.NAME.yaml (default: dev)
  --mode MODE            ${DEMO_MODES.join(' | ')} (default: ecommerce-demo:demoMode of the stack)
  --minute-seconds S     real seconds of one demo minute (default: the stack's minuteSeconds, else 60)
  --from-minute M        start the run at demo minute M: its start is a timestamp in the past
  --scale X              multiplies load and pools alike (default: the stack's traffic.scale, else ${String(LOCAL_SCALE)})
  --rows N               products in the catalog (default: the stack's catalogRows, else 500000)
  --port-offset N        add N to every port, to run beside something else or a second shop
                         (services ${String(firstPort)}-${String(lastPort)}, PostgreSQL ${String(POSTGRES_PORT)}, Redis ${String(REDIS_PORT)})
  --otlp-endpoint URL    forward all telemetry to this OTLP/HTTP end point as well, e.g. http://localhost:4318
  --data DIR             databases, logs, secrets, state (default: .data in the repository)
  --verbose              times of every step, memory of every process, every restart
  --no-color, --plain    no colours, no rewritten line: one plain line every 10 s
  --help                 this text

While it runs, edit Pulumi.NAME.yaml (ecommerce-demo:demoMode: blackfriday) to start the outage, set it back to heal;
nothing restarts for it. An option given here outranks the file until you change that key in the file. Ctrl-C stops all.

Environment:
  REDIS_URL              use this Redis instead of a local one
  ECOMMERCE_POSTGRES_URL use this PostgreSQL (a superuser's URL) instead of the embedded one
  NO_COLOR               like --no-color
`;

/** A fault in one option: what was given, what is allowed. */
interface ArgumentFault {
  key: string;
  value: string;
  remedy: string;
}

/**
 * Reads the command line of `npm start`.
 *
 * @param argv without node and script
 * @param environment `repositoryDir` is where a relative default data folder lies, `cwd` where `--data` is relative to
 * @throws Refusal (exit code 2) that lists every fault with key, value and remedy
 */
export function parseStartArguments(
  argv: readonly string[],
  environment: {
    repositoryDir: string;
    cwd: string;
    env: Readonly<Record<string, string | undefined>>;
    isTerminal: boolean;
  },
): StartCommand {
  const { values } = readOptions(argv);
  if (values.help) return { kind: 'help', text: HELP };
  const faults: ArgumentFault[] = [];
  const options: StartOptions = {
    stack: stackOption(values.stack, faults),
    mode: modeOption(values.mode, faults),
    minuteSeconds: numberOption('--minute-seconds', values['minute-seconds'], faults, {
      allowed: 'a number of seconds above 0, e.g. --minute-seconds 6',
      test: (value) => value > 0,
    }),
    fromMinute: numberOption('--from-minute', values['from-minute'], faults, {
      allowed: 'a demo minute from 0 on, e.g. --from-minute 10',
      test: (value) => value >= 0,
    }),
    scale: numberOption('--scale', values.scale, faults, {
      allowed: `a number above 0, e.g. --scale ${String(LOCAL_SCALE)}`,
      test: (value) => value > 0,
    }),
    rows: numberOption('--rows', values.rows, faults, {
      allowed: 'a whole number of products, e.g. --rows 500000',
      test: (value) => Number.isSafeInteger(value) && value > 0,
    }),
    portOffset:
      numberOption('--port-offset', values['port-offset'], faults, {
        allowed: `a whole number from 0 to ${String(largestOffset)}, e.g. --port-offset 1000`,
        test: (value) => Number.isInteger(value) && value >= 0 && value <= largestOffset,
      }) ?? 0,
    otlpEndpoint: urlOption('--otlp-endpoint', values['otlp-endpoint'], faults),
    dataDir:
      values.data === undefined
        ? path.join(environment.repositoryDir, '.data')
        : path.resolve(environment.cwd, values.data),
    verbose: values.verbose,
    color: environment.isTerminal && !values['no-color'] && !values.plain && !environment.env.NO_COLOR,
  };
  if (faults.length > 0) throw new Refusal(faults.map(faultLine).join('\n'), 2);
  return { kind: 'start', options };
}

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        stack: { type: 'string' },
        mode: { type: 'string' },
        'minute-seconds': { type: 'string' },
        'from-minute': { type: 'string' },
        scale: { type: 'string' },
        rows: { type: 'string' },
        'port-offset': { type: 'string' },
        'otlp-endpoint': { type: 'string' },
        data: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        'no-color': { type: 'boolean', default: false },
        plain: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw new Refusal(`${text}. All options: npm start -- --help`, 2);
  }
}

function faultLine({ key, value, remedy }: ArgumentFault): string {
  return `${key} ${value === '' ? '(empty)' : value}: must be ${remedy}`;
}

function stackOption(value: string | undefined, faults: ArgumentFault[]): string {
  if (value === undefined) return 'dev';
  // What Pulumi allows in a stack's name; anything else would also be a path.
  if (!isStackName(value)) {
    faults.push({ key: '--stack', value, remedy: "a stack's name, e.g. --stack dev for Pulumi.dev.yaml" });
  }
  return value;
}

function modeOption(value: string | undefined, faults: ArgumentFault[]): DemoMode | null {
  if (value === undefined) return null;
  const mode = DEMO_MODES.find((candidate) => candidate === value);
  if (!mode) faults.push({ key: '--mode', value, remedy: `one of ${DEMO_MODES.join(', ')}` });
  return mode ?? null;
}

function numberOption(
  key: string,
  value: string | undefined,
  faults: ArgumentFault[],
  rule: { allowed: string; test: (value: number) => boolean },
): number | null {
  if (value === undefined) return null;
  const number = value.trim() === '' ? NaN : Number(value);
  if (!Number.isFinite(number) || !rule.test(number)) {
    faults.push({ key, value, remedy: rule.allowed });
    return null;
  }
  return number;
}

function urlOption(key: string, value: string | undefined, faults: ArgumentFault[]): string | null {
  if (value === undefined) return null;
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
    faults.push({ key, value, remedy: 'an http or https URL, e.g. http://localhost:4318' });
    return null;
  }
  return value.replace(/\/+$/, '');
}
