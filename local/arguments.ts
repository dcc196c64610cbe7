import { isStackName } from '../scenario/config/config-file';
import { DEFAULTS } from '../scenario/config/limits';
import { otlpBaseUrl, pastedValue } from '../scenario/config/pasted-forms';
import { DEMO_MODES } from '../scenario/types';
import { CATALOG, CONSOLE_OTLP } from '../services/catalog';
import {
  choice,
  dataFolderOption,
  file,
  flag,
  list,
  number,
  text,
  command,
  type OptionsOf,
} from '../machine/options';
import { POSTGRES_PORT, REDIS_PORT } from '../machine/reach/ports';

/** Traffic scale on one machine when neither the command line nor the stack file says one. */
export const LOCAL_SCALE = 0.25;

const servicePorts = [...CATALOG.map((entry) => entry.port), CONSOLE_OTLP.port];
const firstPort = Math.min(...servicePorts);
const lastPort = Math.max(...servicePorts);
const largestOffset = 65535 - Math.max(lastPort, POSTGRES_PORT, REDIS_PORT);

/** OTEL_EXPORTER_OTLP_PROTOCOL's names for what the console can forward in. */
const OTLP_PROTOCOLS = ['http/protobuf', 'grpc'] as const;

/** A header as KEY=VALUE; null for what is none. */
export function headerOf(text: string): { name: string; value: string } | null {
  const match = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(.*?)\s*$/.exec(text);
  return match?.[1] === undefined ? null : { name: match[1], value: match[2] ?? '' };
}

/** What the command line of `npm start` says; null where the stack file decides. */
export const START = command({
  name: 'start',
  about:
    'Starts the shop on this machine: PostgreSQL, Redis, twelve services, the console and their traffic.',
  options: {
    stack: text({
      placeholder: 'NAME',
      help: 'read and watch Pulumi.NAME.yaml',
      fallback: 'dev',
      allowed: "a stack's name, e.g. --stack dev for Pulumi.dev.yaml",
      parse: (given) => (isStackName(given) ? given : null),
    }),
    mode: choice(DEMO_MODES, {
      placeholder: 'MODE',
      help: DEMO_MODES.join(' | '),
      fallback: null,
      otherwise: 'ecommerce-demo:demoMode of the stack',
    }),
    minuteSeconds: number({
      placeholder: 'S',
      help: 'real seconds of one demo minute',
      noun: 'number of seconds',
      above: 0,
      example: 6,
      fallback: null,
      otherwise: `the stack's minuteSeconds, else ${String(DEFAULTS.minuteSeconds)}`,
    }),
    fromMinute: number({
      placeholder: 'M',
      help: 'start the run at demo minute M: its start is a timestamp in the past',
      noun: 'demo minute',
      from: 0,
      example: 10,
      fallback: null,
    }),
    scale: number({
      placeholder: 'X',
      help: 'multiplies load and pools alike',
      above: 0,
      example: LOCAL_SCALE,
      fallback: null,
      otherwise: `the stack's traffic.scale, else ${String(LOCAL_SCALE)}`,
    }),
    rows: number({
      help: 'products in the catalog',
      noun: 'number of products',
      whole: true,
      from: 1,
      example: 500_000,
      fallback: null,
      otherwise: `the stack's catalogRows, else ${String(DEFAULTS.catalogRows)}`,
    }),
    portOffset: number({
      help:
        'add N to every port, to run beside something else or a second shop ' +
        `(services ${String(firstPort)}-${String(lastPort)}, PostgreSQL ${String(POSTGRES_PORT)}, Redis ${String(REDIS_PORT)})`,
      whole: true,
      from: 0,
      to: largestOffset,
      example: 1000,
      fallback: 0,
    }),
    otlpEndpoint: text({
      placeholder: 'URL',
      help: 'forward all telemetry to this OTLP end point as well, e.g. http://localhost:4318',
      fallback: null,
      allowed: 'an http or https URL, e.g. http://localhost:4318',
      parse: (given) => pastedValue(otlpBaseUrl(given)),
    }),
    otlpProtocol: choice(OTLP_PROTOCOLS, {
      help: 'how it is forwarded; some end points take one only',
      fallback: 'http/protobuf',
    }),
    otlpHeader: list({
      placeholder: 'KEY=VALUE',
      help: "a header of the end point's, e.g. Authorization='Bearer KEY'; may be given several times. A key given here stands in the shell's history: see --otlp-headers-file",
      allowed: 'KEY=VALUE',
      parse: headerOf,
    }),
    otlpHeadersFile: file({
      help: 'a file with such headers, one KEY=VALUE a line',
      allowed: 'a file of KEY=VALUE lines',
    }),
    otlpCa: file({
      name: 'otlp-ca',
      help: "certificates (PEM) that prove the end point, besides the system's",
      allowed: 'a PEM file',
    }),
    /** Absolute path of the folder of databases, logs, secrets and state. */
    dataDir: dataFolderOption('databases, logs, secrets, state'),
    verbose: flag('times of every step, memory of every process, every restart'),
    noColor: flag('no colours, no rewritten line: one plain line every 10 s'),
    plain: flag('like --no-color'),
  },
  check: ({ otlpEndpoint }, refuse, _positionals, given) => {
    if (otlpEndpoint !== null) return;
    for (const flagName of ['--otlp-protocol', '--otlp-header', '--otlp-headers-file', '--otlp-ca'])
      if (given.has(flagName))
        refuse(flagName, '', 'together with --otlp-endpoint: without it nothing is forwarded');
  },
  notes: `While it runs, edit Pulumi.NAME.yaml (ecommerce-demo:demoMode: blackfriday) to start the outage, set it back to heal;
nothing restarts for it. An option given here outranks the file until you change that key in the file. Ctrl-C stops all.

Environment:
  REDIS_URL              use this Redis instead of a local one
  ECOMMERCE_POSTGRES_URL use this PostgreSQL (a superuser's URL) instead of the embedded one
  LOG_LEVEL              how much the services log
  ECOMMERCE_KNOWN_HOSTS  host names, comma-separated, by which the shop may be called besides localhost
  CONSOLE_*, proxies     reach the console alone; nothing else of the environment reaches the services
  NO_COLOR               like --no-color`,
});
export type StartOptions = OptionsOf<typeof START>;

/** Whether there are colours and a rewritten live line, or plain lines alone. */
export function isRich(
  { noColor, plain }: Pick<StartOptions, 'noColor' | 'plain'>,
  env: NodeJS.ProcessEnv,
  isTerminal: boolean,
): boolean {
  return isTerminal && !noColor && !plain && !env.NO_COLOR;
}
