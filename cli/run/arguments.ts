import path from 'node:path';
import { ABLATABLE } from '../../scenario/causes/all';
import { DEFAULTS, LIMITS } from '../../scenario/config/limits';
import { ABLATIONS, DEFAULT_OUTAGE, OUTAGES, type CurvePoint } from '../../scenario/types';
import { choice, file, flag, number, text, command, type OptionsOf } from '../../machine/options';
import { parseClockTime } from './peak-at';
import { KEEP, TARGET_OPTIONS } from '../target/target-options';

const wholeMinute = { noun: 'demo minute', whole: true, from: 0 } as const;

/** An option with what chooses a blind run, or an exercise. */
export function seedOption(spec: { help: string; otherwise?: string }) {
  return number({ ...spec, whole: true, from: 0, to: 0xffff_ffff, example: 7, fallback: null });
}

export const DEMO = command({
  name: 'demo',
  about: `Runs the outage against the shop of npm start (which it starts when it isn't there), watches it, heals it, grades it.`,
  options: {
    mode: choice(OUTAGES, {
      placeholder: 'MODE',
      help: OUTAGES.join(' | '),
      fallback: DEFAULT_OUTAGE,
    }),
    minuteSeconds: number({
      placeholder: 'S',
      help: 'real seconds of one demo minute; 6 shows it in 3 minutes',
      ...LIMITS.minuteSeconds,
      example: 6,
      fallback: null,
      otherwise: `the stack's minuteSeconds, else ${String(DEFAULTS.minuteSeconds)}`,
    }),
    fromMinute: number({
      name: 'from',
      placeholder: 'M',
      help: 'first demo minute',
      ...wholeMinute,
      example: 4,
      fallback: 0,
    }),
    /** Last demo minute of the run, which is run to its end; null: the scenario's last. */
    toMinute: number({
      name: 'to',
      placeholder: 'M',
      help: 'last demo minute, run to its end',
      ...wholeMinute,
      example: 20,
      fallback: null,
      otherwise: "the scenario's last",
    }),
    ablation: choice(ABLATIONS, {
      name: 'ablate',
      help: `take a cause out: run it ${ABLATABLE.map(({ title }) => title).join(', or ')}`,
      fallback: null,
    }),
    /** Absolute path of the JSON report; null: none is written. */
    report: file({
      written: true,
      help: 'write the report: FILE (JSON), with the same name .md, .html and .svg (the curve)',
      allowed: 'the JSON file, e.g. report.json; .md, .html and .svg lie beside it',
      test: (given) => !['.md', '.svg', '.html'].includes(path.extname(given).toLowerCase()),
    }),
    scale: number({
      placeholder: 'X',
      help: 'multiplies load and pool alike',
      above: 0,
      to: 100,
      example: 0.25,
      fallback: null,
      otherwise: 'as the shop runs; 0.25 when it is started here; two fifths of it with --ablate pool',
    }),
    rows: number({
      help: 'products in the catalog (only when the shop is started here, or has as many)',
      whole: true,
      ...LIMITS.catalogRows,
      example: 100_000,
      fallback: null,
    }),
    portOffset: number({
      help: 'for a shop that is started here: add N to every port',
      whole: true,
      from: 0,
      example: 1000,
      fallback: 0,
    }),
    ...TARGET_OPTIONS,
    talk: flag(
      'the eight-minute show: 90 s normal, the way to the peak in 120 s, the peak held until it is healed (key h, or npm run demo -- heal)',
    ),
    peakAt: text({
      placeholder: 'HH:MM',
      help: 'begin so that the peak is at this local time',
      fallback: null,
      allowed: 'a local time of day, e.g. --peak-at 14:20',
      parse: parseClockTime,
    }),
    blind: flag(
      'a scenario and a start chosen by a seed and not shown; npm run demo -- reveal tells afterwards',
    ),
    seed: seedOption({ help: 'with --blind: the seed' }),
    keep: KEEP,
  },
  notes: `A stack is broken and healed by its configuration and pulumi up, through the Automation API.

Commands for a run under way, from a second terminal (each has --help):
  status, pause, resume, goto M, abort, heal; history and reveal tell of past runs
In the terminal of the run: p pause, r resume, g go to a minute, a abort, q quit.

Before it begins it checks that all services are ready, that baseline was green for ten seconds and that telemetry
arrives. Ctrl-C heals and ends; a second Ctrl-C ends at once, and the outage ends by itself when the run expires (a
stack's update is waited for: it would leave the stack locked). What a killed run left broken the next command heals.

Exit codes: 0 as promised (or NOT GRADED: no graded minute was run, and nothing else failed), 1 the verdict is
negative or the run was refused, 2 bad options, 130 interrupted and healed.`,
  check: ({ fromMinute, toMinute, talk, seed, blind, ablation, peakAt }, refuse, _positionals, given) => {
    const part = fromMinute > 0 || toMinute !== null;
    if (talk && part) refuse('--talk', '', 'without --from and --to: it goes from minute 0 to the peak');
    if (seed !== null && !blind) refuse('--seed', String(seed), 'together with --blind');
    if (blind && (given.has('--mode') || ablation !== null || talk || peakAt)) {
      refuse('--blind', '', 'without --mode, --ablate, --talk and --peak-at: the seed chooses');
    }
    if (blind && part) refuse('--blind', '', 'without --from and --to: the seed chooses');
    if (toMinute !== null && toMinute < fromMinute) {
      refuse('--to', String(toMinute), `at least --from (${fromMinute})`);
    }
  },
});

/** What the command line of `npm run demo` says; null where the stack file or the running shop decides. */
export interface DemoOptions extends OptionsOf<typeof DEMO> {
  /** A curve instead of the mode's own or the stack's (a blind run's). */
  curve: CurvePoint[] | null;
  /** Keys of config, with dots, that outrank the stack file's (an exercise's); undefined takes one out. */
  keys?: Readonly<Record<string, unknown>>;
}
