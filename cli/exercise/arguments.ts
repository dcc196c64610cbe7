import { choice, command, file, flag, text, type Command, type OptionsOf } from '../../machine/options';
import { HINT_POINTS, WRONG_ANSWER_POINTS } from '../../report/exercise/grade';
import { DEMO, seedOption } from '../run/arguments';
import { DIAGNOSES } from './desk';

/** How an exercise ends that was not passed: not a fault, and no refusal. */
export const NOT_PASSED = 3;

const { minuteSeconds, scale, rows, portOffset, stack, dataDir } = DEMO.options;
const json = flag('one JSON object a line on standard output; text goes to standard error');

export const EXERCISE = command({
  name: 'exercise',
  about: `A graded exercise for who is on call: an outage, or a false alarm, chosen by a seed and not shown, on the shop of
npm start (which it starts when it isn't there). The participant finds it with the desk's means, says what it is, and
mends it himself. It grades what the system showed, heals, and writes a result.`,
  options: {
    seed: seedOption({
      help: 'the same seed is the same exercise',
      otherwise: 'one that nobody knows, told at the end',
    }),
    forWhom: choice(['human', 'agent'], {
      name: 'for',
      help: 'who is to solve it: it is written into the result; an agent gets JSON',
      fallback: 'human',
    }),
    minuteSeconds,
    // Nothing is taken out of an exercise.
    scale: {
      ...scale,
      help: 'multiplies load and pool alike (default: as the shop runs; 0.25 when it is started here)',
    },
    rows,
    portOffset,
    stack,
    dataDir,
    /** Absolute path of the JSON result; null: only in the data folder. */
    report: file({
      written: true,
      help: 'write the result also to FILE (JSON), with the same name .md',
      allowed: 'the JSON file, e.g. result.json',
      test: (given) => given.endsWith('.json'),
    }),
    json,
  },
  notes: `On this machine alone: there are no exercises on a stack.

From a second terminal (each has --help): ack, answer, hint, status, end (or give-up).
It ends when it was answered and checkouts were well for thirty seconds under the same load, when it is answered that
nothing is the matter, when its time is over, or with end. Whatever happened, the shop is healed then.

Exit codes: 0 passed, ${String(NOT_PASSED)} not passed, 1 refused, or the shop could not be healed, 2 bad options, 130 interrupted and healed.
docs/exercises.md: for trainers, and for who drives an agent.`,
});
export type ExerciseOptions = OptionsOf<typeof EXERCISE>;

const COMMON = { dataDir, json: flag('the desk’s answer as JSON') };

/** Commands to an exercise under way. */
export const SAYINGS = {
  ack: saying('ack', 'Says that something is the matter: the time to detect it ends.'),
  hint: saying(
    'hint',
    `Asks for the next hint. Each costs points: ${HINT_POINTS.join(', ')}; the last one is the answer.`,
  ),
  status: saying(
    'status',
    'Says how long the exercise goes on, what was answered, and whether the stack file is applied.',
  ),
  end: saying('end', 'Ends the exercise, as far as it is: it is graded, and the shop healed.'),
  'give-up': saying('give-up', 'The same as end.'),
} as const;

function saying(name: string, about: string): Command<typeof COMMON> {
  return {
    name: `exercise ${name}`,
    about,
    options: COMMON,
    notes: 'Exit codes: 0 said, 1 no exercise is under way, or it was refused, 2 bad options.',
  };
}

export const ANSWER = command({
  name: 'exercise answer',
  about: `Says what is the matter. It may be said again: the last answer counts, and each wrong one costs ${WRONG_ANSWER_POINTS} points.
That nothing is (none) ends the exercise.`,
  usage: '--cause CAUSE [--why TEXT] | FILE.json',
  options: {
    ...COMMON,
    cause: choice(DIAGNOSES, { help: `what it is: ${DIAGNOSES.join(' | ')}`, fallback: null }),
    why: text({
      help: 'in words, for the result’s page; not graded',
      fallback: null,
      allowed: 'a text of at most 2000 characters',
      parse: (given) => (given.length <= 2000 ? given : null),
    }),
  },
  notes: `FILE.json: {"cause": "…", "why": "…"}

Exit codes: 0 said, 1 no exercise is under way, or it was refused, 2 bad options.`,
  positionals: true,
  check: ({ cause }, refuse, positionals) => {
    for (const extra of positionals.slice(1)) refuse(extra, '', 'left out');
    if ((cause === null) === (positionals.length === 0))
      refuse('--cause', cause ?? '', `given, or a JSON file instead: one of ${DIAGNOSES.join(', ')}`);
  },
});
