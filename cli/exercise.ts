import { perform, runProgram } from '../machine/command';
import { EXIT, Interrupted, Refusal } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { here, readCommand } from '../machine/options';
import { errorOutput, standardOutput } from '../machine/terminal';
import { ANSWER, EXERCISE, SAYINGS, type ExerciseOptions } from './exercise/arguments';
import { readAnswer, say } from './exercise/say';
import { holdExercise } from './exercise/session';
import { DEMO, type DemoOptions } from './run/arguments';
import { withShop } from './run/shop-process';

/** `npm run exercise`: an exercise, or something said to the one under way. Resolves with the exit code. */
async function main(): Promise<number> {
  const [word, ...rest] = process.argv.slice(2);
  if (word === undefined || word.startsWith('-')) return perform(EXERCISE, process.argv.slice(2), begin);
  const output = standardOutput(() => process.exit(EXIT.failed));
  if (word === 'answer') {
    return perform(ANSWER, rest, (values, [file]) =>
      say(
        {
          path: 'answer',
          body: file === undefined ? { cause: values.cause, why: values.why } : readAnswer(file),
        },
        values,
        output,
      ),
    );
  }
  if (!Object.hasOwn(SAYINGS, word)) {
    throw new Refusal(
      `${word}: there is no such command; there are answer, ${Object.keys(SAYINGS).join(', ')}. An exercise begins without one: npm run exercise -- --help`,
      EXIT.usage,
    );
  }
  const name = word as keyof typeof SAYINGS;
  return perform(SAYINGS[name], rest, (values) =>
    say({ path: name === 'give-up' ? 'end' : name, body: {} }, values, output),
  );
}

/** Begins an exercise, on the running shop or one of its own. */
async function begin(options: ExerciseOptions): Promise<number> {
  const interruption = new Interruption((cause) =>
    output.line(`\n${cause}: ending the exercise. Ctrl-C ends at once, without a heal.`),
  );
  const standard = standardOutput(() => interruption.request('the output was closed'));
  // Where JSON is read, text goes to the other stream.
  const json = options.json || options.forWhom === 'agent';
  const output = json ? errorOutput : standard;
  interruption.listen(() => true);
  const demo = demoOptions(options);
  try {
    const tell = (event: unknown): void => {
      if (json) standard.line(JSON.stringify(event));
    };
    return await withShop(demo, interruption, output, (target) =>
      holdExercise({ target, options, demo, interruption, output, tell }),
    );
  } catch (error) {
    // Nothing had begun, or it is healed by now.
    if (!(error instanceof Interrupted)) throw error;
    output.line('Interrupted before anything was changed.');
    return EXIT.interrupted;
  }
}

/** The options of a run that an exercise has, too. */
function demoOptions(options: ExerciseOptions): DemoOptions {
  const defaults = readCommand(DEMO, [], here());
  if (defaults === null) throw new Error('no defaults');
  const { minuteSeconds, scale, rows, portOffset, stack, dataDir } = options;
  return { ...defaults.values, minuteSeconds, scale, rows, portOffset, stack, dataDir, curve: null };
}

runProgram(main);
