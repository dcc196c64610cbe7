import { asJson, writeResultFile } from '../../machine/private-file';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlCommand } from './control-arguments';
import { Conductor } from '../target/conductor';
import { codeOf, EXIT, messageOf, Refusal } from '../../machine/errors';
import { signalProcess } from '../../machine/process-identity';
import { healIntent, healLeftOpen } from '../outage/heal-left-open';
import { historyRows, historyTable, revelation } from './history';
import { describeIntent, isSameIntent, livenessOf, newIntent, thisHost, type Intent } from './intent';
import { ShopObserver } from '../observation/shop-observer';
import { errorOutput, type Output } from '../../machine/terminal';
import { printableJson } from '../../machine/printable';
import { runUnderWay } from '../../scenario/override/change';
import { HOLD_SECONDS } from '../../scenario/override/lease';
import { pastRuns } from './past-runs';
import { heal } from '../outage/heal';
import { RunControls } from './run-controls';
import { statusLines, statusOf } from './status';
import { usingTarget } from '../target/discover';
import type { Target } from '../target/target';

/** How long a runner may take to heal after an abort (ms): a stack's update is part of it. */
const RUNNER_WITHIN_MS = 180_000;
const POLL_MS = 500;

/** Runs a control. @returns the exit code */
export async function control(command: ControlCommand, output: Output): Promise<number> {
  // What was kept of past runs needs no shop.
  const kept =
    command.target === 'local' ? command.dataDir : path.join(command.dataDir, 'stacks', command.stack);
  if (command.control === 'history') return history(kept, command, output);
  if (command.control === 'reveal') return reveal(kept, command, output);
  // Where JSON is read, text goes to the other stream.
  const notes = command.json ? errorOutput : output;
  return usingTarget({ ...command, output: notes }, async (target) => {
    const left = await healLeftOpen(target, { keep: command.keep, output: notes });
    const intent = left.found === 'running' || left.found === 'kept' ? left.intent : null;
    const ended = command.control === 'abort' || command.control === 'heal';
    if (ended && left.found === 'healed') return EXIT.ok;
    return act(command, target, intent, output);
  });
}

async function act(
  command: ControlCommand,
  target: Target,
  intent: Intent | null,
  output: Output,
): Promise<number> {
  const conductor = new Conductor(target.conductor, output);
  const controls = new RunControls(conductor, intent === null ? HOLD_SECONDS.command : HOLD_SECONDS.attended);
  switch (command.control) {
    case 'pause':
      output.line(await controls.pause());
      break;
    case 'resume':
      output.line(await controls.resume());
      break;
    case 'goto':
      output.line(await controls.goto(command.minute));
      break;
    case 'abort':
    case 'heal':
      return end(command.control, target, intent, conductor, output);
    default:
      tell(await statusOf(target, intent, conductor, new ShopObserver(target)), statusLines, command, output);
  }
  return EXIT.ok;
}

/** Prints what was found: as JSON, or its lines for a person. */
function tell<T>(
  found: T,
  linesOf: (found: T) => string[],
  { json }: { json: boolean },
  output: Output,
): void {
  if (json) output.line(printableJson(found));
  else for (const line of linesOf(found)) output.line(line);
}

/** Ends the run under way: by its runner where it has one, else by itself. */
async function end(
  how: 'abort' | 'heal',
  target: Target,
  intent: Intent | null,
  conductor: Conductor,
  output: Output,
): Promise<number> {
  const state = await conductor.readState();
  const found = runUnderWay(state, 'cli');
  if (intent === null) {
    if (found === null) throw new Refusal('No run is under way.');
    if (found.isNew) {
      throw new Refusal(
        `Run ${found.run.runId} comes from the configuration of stack ${target.stack}: npm run rollback ends it, or ` +
          'pulumi config set demoMode normal && pulumi up.',
      );
    }
    return endUnattended(found.run.runId, target, conductor, output);
  }
  const liveness = livenessOf(intent);
  if (liveness === 'dead') {
    // A runner that has just healed by itself is gone, too.
    if (!isSameIntent(await target.intents.read(), intent)) return waitForRunner(target, intent, output);
    // It was kept; now it is to end.
    return (await healIntent(target, intent, output)).ok ? EXIT.ok : EXIT.failed;
  }
  output.line(`Ending ${describeIntent(intent)}.`);
  const held = found !== null && !found.isNew && found.run.pausedAt !== null;
  if (mayInterrupt(intent) && !(how === 'heal' && held)) {
    interrupt(intent);
  } else if (found !== null && !found.isNew) {
    // Its runner sees that the run is no longer there.
    await conductor.end(found.run.runId);
  } else {
    throw new Refusal(
      `Its runner is on ${intent.host}, and nothing in this machine's data folder ${target.dataDir} knows it: end it ` +
        'there (with the --data it was started with). Where it is gone, npm run rollback puts everything back.',
    );
  }
  return waitForRunner(target, intent, output);
}

/** Ends a run that nobody attends, as the console or an admin call begins them. */
async function endUnattended(
  runId: string,
  target: Target,
  conductor: Conductor,
  output: Output,
): Promise<number> {
  const intent: Intent = { ...newIntent('override', new Date()), state: 'open', runId };
  // A place that cannot be written to must not keep an outage open.
  const other = await target.intents.claim(intent).catch((error: unknown) => {
    output.line(`  (not written down: ${messageOf(error)})`);
    return null;
  });
  if (other !== null) throw new Refusal(`${describeIntent(other)} has just begun: try again.`);
  const healed = await heal(() => conductor.heal(runId), {
    conductor,
    observer: new ShopObserver(target),
    output,
  });
  if (healed.ok) await target.intents.clear();
  return healed.ok ? EXIT.ok : EXIT.failed;
}

/**
 * Whether a process may be ended by what an intent says: only by this machine's own file. Whoever may write to the
 * cluster could name any process of this machine.
 */
export function mayInterrupt(intent: Intent): boolean {
  return intent.origin === 'here' && intent.host === thisHost();
}

/** Asks a runner of this machine to end. One that has just ended needs no asking. @throws Refusal for another user's */
function interrupt({ pid, user }: Intent): void {
  try {
    signalProcess(pid, 'SIGINT');
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    throw new Refusal(`Its runner is a process of ${user} (${pid}): end it as that user.`);
  }
}

async function waitForRunner(target: Target, intent: Intent, output: Output): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < RUNNER_WITHIN_MS) {
    // In this order: it removes its intent, then it ends.
    const ended = livenessOf(intent) === 'dead';
    const now = await target.intents.read();
    if (!isSameIntent(now, intent)) {
      output.line(
        `${intent.state === 'preparing' ? 'Its runner has ended; it says what became of it' : 'Its runner has healed and verified'} (${((performance.now() - started) / 1000).toFixed(1)} s).`,
      );
      return EXIT.ok;
    }
    if (ended) {
      throw new Refusal(
        'Its runner ended without a verified heal (its terminal says why): the next command heals.',
      );
    }
    await delay(POLL_MS);
  }
  throw new Refusal(`Its runner has not healed within ${RUNNER_WITHIN_MS / 1000} s: look at its terminal.`);
}

function history(dataDir: string, command: ControlCommand, output: Output): number {
  const rows = historyRows(pastRuns(dataDir).map(({ run }) => run));
  const nothing = [`No run is kept in ${dataDir}: npm run demo makes one.`];
  tell(rows, () => (rows.length === 0 ? nothing : historyTable(rows)), command, output);
  return EXIT.ok;
}

function reveal(dataDir: string, command: ControlCommand, output: Output): number {
  const blind = pastRuns(dataDir).findLast(({ run }) => run.exercise !== null);
  if (blind === undefined) throw new Refusal('There was no blind run: npm run demo -- --blind makes one.');
  const run = { ...blind.run, revealed: true };
  writeResultFile(blind.file, asJson(run));
  const lines = [...revelation(run), `  Report: ${blind.file.replace(/json$/, 'md')}`];
  tell({ runId: run.runId, ...run.exercise, report: blind.file }, () => lines, command, output);
  return EXIT.ok;
}
