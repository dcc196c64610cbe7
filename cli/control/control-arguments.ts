import { parseArgs } from 'node:util';
import { EXIT, Refusal } from '../../machine/errors';
import {
  readTargetChoice,
  refuseFaults,
  TARGET_ARGUMENTS,
  TARGET_HELP,
  type ArgumentFault,
  type TargetChoice,
} from '../target/target-options';

export const CONTROLS = ['status', 'pause', 'resume', 'goto', 'abort', 'heal', 'history', 'reveal'] as const;
export type Control = (typeof CONTROLS)[number];

/** A command about a run, from another terminal. */
export interface ControlCommand extends TargetChoice {
  control: Control;
  /** Of `goto`. */
  minute: number;
  json: boolean;
  keep: boolean;
}

const SUMMARIES: Readonly<Record<Control, { usage: string; text: string }>> = {
  status: {
    usage: 'status [--json]',
    text: `Says what is under way: run, minute, phase, rates, flow alert, who runs it, when it ends by itself.
Exit code 0 whether a run is under way or not.`,
  },
  pause: {
    usage: 'pause',
    text: `Holds the minute of the run under way. Traffic goes on at that minute's rate; the outage stays as it is.
A paused run whose runner is gone ends by itself: after two minutes, or after 30 where nobody runs it.`,
  },
  resume: { usage: 'resume', text: 'Lets a paused run go on at the minute where it was held.' },
  goto: {
    usage: 'goto MINUTE',
    text: `Puts the clock of the run under way on a demo minute, ahead or back; a paused run stays paused, there.
Minutes that were entered or left by a jump are not graded.`,
  },
  abort: {
    usage: 'abort',
    text: `Ends the run under way at once. Its runner heals, verifies and reports, and this command waits for that; where
nobody runs it (any more), it heals and verifies by itself.`,
  },
  heal: {
    usage: 'heal',
    text: `As abort; but a talk (--talk) that is held at its peak ends as it is meant to end, not as broken off.`,
  },
  history: {
    usage: 'history [--json]',
    text: `The last runs (30 are kept in the data folder's runs/): verdict, distance from the targets, trend against the last
comparable run, baseline, time to recover. A blind run stays hidden until it was revealed.`,
  },
  reveal: { usage: 'reveal [--json]', text: 'Tells what the last blind run was, and where its report lies.' },
};

/** Text of `--help`. */
export function controlHelp(control: Control): string {
  const { usage, text } = SUMMARIES[control];
  return `${text}

Usage: npm run demo -- ${usage} [options]

${TARGET_HELP}
  --keep                 leave an outage that a killed run left open (else it is healed first)
  --json                 as JSON, where there is something to read
  --help                 this text
`;
}

/**
 * Reads the command line of a control.
 *
 * @returns null when it is about something else (a run)
 * @throws Refusal (exit code 2)
 */
export function parseControl(
  argv: readonly string[],
  place: { repositoryDir: string; cwd: string },
): ControlCommand | { help: string } | null {
  const control = CONTROLS.find((name) => name === argv[0]);
  if (control === undefined) {
    const first = argv[0];
    if (first === undefined || first.startsWith('-')) return null;
    throw new Refusal(
      `${first}: there is no such command; there are ${CONTROLS.join(', ')}. A run begins without one: npm run demo -- --help`,
      EXIT.usage,
    );
  }
  const { values, positionals } = readArguments(argv.slice(1), control);
  if (values.help) return { help: controlHelp(control) };
  const faults: ArgumentFault[] = [];
  const choice = readTargetChoice(values, place, faults);
  const minute = control === 'goto' ? minuteOf(positionals[0] ?? '', faults) : 0;
  const extra = positionals[control === 'goto' ? 1 : 0];
  if (extra !== undefined) faults.push({ key: extra, value: '', remedy: 'left out' });
  refuseFaults(faults);
  return { control, minute, json: values.json, keep: values.keep, ...choice };
}

function minuteOf(text: string, faults: ArgumentFault[]): number {
  const minute = text.trim() === '' ? NaN : Number(text);
  if (Number.isSafeInteger(minute) && minute >= 0) return minute;
  faults.push({ key: 'goto', value: text, remedy: 'a whole demo minute from 0 on, e.g. goto 20' });
  return 0;
}

function readArguments(argv: readonly string[], control: Control) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        ...TARGET_ARGUMENTS,
      },
    });
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw new Refusal(`${text}. All options: npm run demo -- ${control} --help`, EXIT.usage);
  }
}
