import { EXIT, Refusal } from '../../machine/errors';
import { flag, helpOf, readCommand, type Command, type Place, type ValuesOf } from '../../machine/options';
import { KEEP, TARGET_OPTIONS } from '../target/target-options';

export const CONTROLS = ['status', 'pause', 'resume', 'goto', 'abort', 'heal', 'history', 'reveal'] as const;
export type Control = (typeof CONTROLS)[number];

const OPTIONS = { ...TARGET_OPTIONS, keep: KEEP, json: flag('as JSON, where there is something to read') };

/** A command about a run, from another terminal. */
export interface ControlCommand extends ValuesOf<typeof OPTIONS> {
  control: Control;
  /** Of `goto`. */
  minute: number;
}

/** What each does, for its `--help`. */
const SUMMARIES: Readonly<Record<Control, string>> = {
  status: `Says what is under way: run, minute, phase, rates, flow alert, who runs it, when it ends by itself.
Exit code 0 whether a run is under way or not.`,
  pause: `Holds the minute of the run under way. Traffic goes on at that minute's rate; the outage stays as it is.
A paused run whose runner is gone ends by itself: after two minutes, or after 30 where nobody runs it.`,
  resume: 'Lets a paused run go on at the minute where it was held.',
  goto: `Puts the clock of the run under way on a demo minute, ahead or back; a paused run stays paused, there.
Minutes that were entered or left by a jump are not graded.`,
  abort: `Ends the run under way at once. Its runner heals, verifies and reports, and this command waits for that; where
nobody runs it (any more), it heals and verifies by itself.`,
  heal: `As abort; but a talk (--talk) that is held at its peak ends as it is meant to end, not as broken off.`,
  history: `The last runs (30 are kept in the data folder's runs/): verdict, distance from the targets, trend against the last
comparable run, baseline, time to recover. A blind run stays hidden until it was revealed.`,
  reveal: 'Tells what the last blind run was, and where its report lies.',
};

function commandOf(control: Control): Command<typeof OPTIONS> {
  return {
    name: `demo ${control}`,
    about: SUMMARIES[control],
    ...(control === 'goto' ? { usage: 'MINUTE [options]' } : {}),
    options: OPTIONS,
    positionals: true,
    check: (_values, refuse, positionals) => {
      const [minute, ...extra] = control === 'goto' ? positionals : ['0', ...positionals];
      if (minuteOf(minute) === null) {
        refuse('goto', minute ?? '', 'a whole demo minute from 0 on, e.g. goto 20');
      }
      for (const each of extra) refuse(each, '', 'left out');
    },
  };
}

function minuteOf(text = ''): number | null {
  const minute = text.trim() === '' ? NaN : Number(text);
  return Number.isSafeInteger(minute) && minute >= 0 ? minute : null;
}

/**
 * Reads the command line of a control.
 *
 * @returns null when it is about something else (a run)
 * @throws Refusal (exit code 2)
 */
export function parseControl(
  argv: readonly string[],
  place?: Place,
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
  const command = commandOf(control);
  const read = readCommand(command, argv.slice(1), place);
  if (read === null) return { help: helpOf(command) };
  return { ...read.values, control, minute: control === 'goto' ? (minuteOf(read.positionals[0]) ?? 0) : 0 };
}
