import { rmSync } from 'node:fs';
import { leversOf } from '../../scenario/causes/all';
import type { Scenario } from '../../scenario/types';
import { secretWord } from '../../machine/bearer';
import { EXIT, Interrupted, messageOf } from '../../machine/errors';
import type { Interruption } from '../../machine/interruption';
import { silentOutput, type Output } from '../../machine/terminal';
import type { ExerciseFacts } from '../../report/exercise/facts';
import { gradeExercise } from '../../report/exercise/grade';
import { exerciseLine } from '../../report/exercise/markdown';
import { newIntent } from '../control/intent';
import { ShopObserver } from '../observation/shop-observer';
import { heal } from '../outage/heal';
import { healLeftOpen, runningRefusal } from '../outage/heal-left-open';
import { OverrideOutage } from '../outage/outage';
import { underIntent } from '../outage/under-intent';
import type { DemoOptions } from '../run/arguments';
import { anySeed, exerciseOf, type Exercise } from '../run/blind';
import { preflight } from '../run/preflight';
import { LEAD_SECONDS, type RunPlan } from '../run/run-plan';
import { Conductor, requireDesired } from '../target/conductor';
import { findShop } from '../target/local-target';
import type { Target } from '../target/target';
import { NOT_PASSED, type ExerciseOptions } from './arguments';
import { Course } from './course';
import { deskFile, deskLines, makeDeskFolder, writeDesk, type Desk } from './desk';
import { closeDeskDatabase, openDeskDatabase } from './desk-database';
import { DeskFile } from './desk-file';
import { DeskServer } from './desk-server';
import { hintsOf, planExercise, truthOf, type ExerciseInput } from './exercise-plan';
import { ExerciseRecord } from './exercise-record';
import { writeResult } from './results';

const LOOK_EVERY_MS = 1000;
/** The role lets nobody in any more so long after the exercise should be over (s); as long a heal may take. */
const AFTERWARDS_SECONDS = 300;

export interface SessionTools {
  target: Target;
  options: ExerciseOptions;
  /** The same as a run's. */
  demo: DemoOptions;
  interruption: Pick<Interruption, 'wait'>;
  /** Text for a person. */
  output: Output;
  /** Told each event, for a program. */
  tell: (event: Record<string, unknown>) => void;
}

/** An exercise against a shop that is there, from the checks to the result. @returns the exit code */
export async function holdExercise(tools: SessionTools): Promise<number> {
  const { target, options, output } = tools;
  const left = await healLeftOpen(target, { keep: false, output });
  if (left.found === 'running') throw runningRefusal(left.intent);
  // A killed exercise's, whose desk answers nobody any more.
  rmSync(deskFile(target.dataDir), { force: true });
  return new Session(tools, exerciseOf(options.seed ?? anySeed())).run();
}

/** One exercise. Whatever fails once it has begun, the shop is healed. */
class Session {
  /** Nothing of making the outage is printed. */
  private readonly conductor: Conductor;
  private readonly superuserUrl: string;
  private readonly runId = `exercise-${String(Math.round(Date.now() / 1000))}`;

  constructor(
    private readonly tools: SessionTools,
    private readonly exercise: Exercise,
  ) {
    const { target } = tools;
    this.conductor = new Conductor(target.conductor, silentOutput);
    this.superuserUrl = findShop(target.dataDir)?.databaseUrls.superuser ?? '';
  }

  async run(): Promise<number> {
    const { target, interruption, output } = this.tools;
    const { conductor } = this;
    await conductor.endRelief();
    // Bad options are refused before ten seconds are spent on looking.
    const limit = this.limitOf(this.plan(requireDesired(await conductor.readState()), null, {}));
    const intent = newIntent('override', new Date(Date.now() + (limit + AFTERWARDS_SECONDS) * 1000));
    return underIntent(target.intents, intent, async (written) => {
      const observer = new ShopObserver(target);
      const wait = (ms: number): Promise<void> => interruption.wait(ms);
      const desired = await preflight({ target, observer, conductor, wait, output });
      // From here on a participant may change something.
      await written.open({ runId: this.runId });
      return this.hold(desired, limit, written.well);
    });
  }

  /** From the desk's opening to the result. @param onWell called when the shop is healed */
  private async hold(desired: Scenario, limit: number, onWell: () => void): Promise<number> {
    const { output } = this.tools;
    const { scenario } = this.plan(desired, null, {});
    const truth = truthOf(this.exercise, scenario);
    const began = performance.now();
    const clock = (): number => (performance.now() - began) / 1000;
    const record = new ExerciseRecord(this.headOf(scenario, truth, limit), hintsOf(truth), clock);
    let trouble: unknown = null;
    try {
      await this.watchOver(record, desired, scenario, limit, clock);
    } catch (error) {
      if (!(error instanceof Interrupted)) output.line(`  ✗ ${messageOf(error)}`);
      trouble = error;
      record.finish('interrupted');
    }
    const { conductor, runId } = this;
    const observer = new ShopObserver(this.tools.target);
    const healed = await heal(() => new OverrideOutage(conductor).end(runId), {
      conductor,
      observer,
      output,
    });
    const isWell = (await this.closeDesk()) && healed.ok;
    if (isWell) onWell();
    const passed = this.tellResult(record.facts(healed));
    if (!isWell) return EXIT.failed;
    if (trouble !== null) return trouble instanceof Interrupted ? EXIT.interrupted : EXIT.failed;
    return passed ? EXIT.ok : NOT_PASSED;
  }

  /** The desk is open, the outage is made when its time has come, until the exercise is over. */
  private async watchOver(
    record: ExerciseRecord,
    desired: Scenario,
    scenario: Scenario,
    limit: number,
    clock: () => number,
  ): Promise<void> {
    const { target, demo, output, tell, interruption } = this.tools;
    const server = new DeskServer(target, record);
    try {
      const file = new DeskFile(makeDeskFolder(demo.dataDir), leversOf(scenario));
      const desk = await this.openDesk(server, file, limit);
      output.line(
        `Exercise ${this.runId}: you are on call for ${String(Math.ceil(limit))} s. Something may happen, or not.`,
      );
      for (const line of deskLines(desk)) output.line(line === '' ? '' : `  ${line}`);
      tell({ event: 'begun', id: this.runId, limit, desk });
      const course = new Course({
        target,
        conductor: this.conductor,
        record,
        file,
        plan: (start, changes) => this.plan(desired, start, changes),
        desired,
        cause: this.exercise.cause,
        output,
        wait: (ms) => interruption.wait(ms),
        clock,
      });
      while (!record.isOver) {
        if (!course.hasBegun && clock() >= this.exercise.delaySeconds) await course.begin();
        await course.look();
        record.look();
        await interruption.wait(LOOK_EVERY_MS);
      }
    } finally {
      server.close();
      rmSync(deskFile(demo.dataDir), { force: true });
    }
  }

  private async openDesk(server: DeskServer, file: DeskFile, limit: number): Promise<Desk> {
    const { target, demo } = this.tools;
    file.write();
    const desk: Desk = {
      version: 1,
      id: this.runId,
      url: await server.listen(),
      token: secretWord(),
      shopUrl: target.shopUrl,
      database: await openDeskDatabase(this.superuserUrl, Date.now() / 1000 + limit + AFTERWARDS_SECONDS),
      stackFile: file.file,
    };
    writeDesk(demo.dataDir, desk);
    server.open(desk);
    return desk;
  }

  /** @returns whether nothing of the desk is left in the database */
  private async closeDesk(): Promise<boolean> {
    const { output } = this.tools;
    try {
      await closeDeskDatabase(this.superuserUrl, output);
      return true;
    } catch (error) {
      output.line(
        `  ✗ the role on_call could not be taken away: ${messageOf(error)}. The next command tries again.`,
      );
      return false;
    }
  }

  /** Grades, writes and prints. @returns whether it was passed */
  private tellResult(facts: ExerciseFacts): boolean {
    const { demo, options, output, tell } = this.tools;
    const grade = gradeExercise(facts);
    // What is on the screen first: a full disk must not hide it.
    output.line(exerciseLine(grade));
    output.line(`It was: ${facts.truth.answer} (seed ${String(facts.seed)}).`);
    const files = writeResult(
      { grade, facts },
      {
        dataDir: demo.dataDir,
        wanted: options.report,
        tell: (written) => {
          tell({ event: 'result', grade, facts: { ...facts, samples: undefined }, files: written });
        },
      },
    );
    output.line(`Result: ${files.join(', ')}`);
    return grade.passed;
  }

  private headOf({ minuteSeconds, scale }: Scenario, truth: ExerciseFacts['truth'], limit: number) {
    return {
      id: this.runId,
      seed: this.exercise.seed,
      forWhom: this.tools.options.forWhom,
      startedAt: new Date().toISOString(),
      minuteSeconds,
      scale,
      truth,
      limit,
    };
  }

  private plan(desired: Scenario, start: number | null, changes: ExerciseInput['changes']): RunPlan {
    const { exercise, runId } = this;
    const { demo, target } = this.tools;
    return planExercise({
      exercise,
      runId,
      options: demo,
      source: target.config,
      desired,
      now: Date.now() / 1000,
      start,
      changes,
    });
  }

  /** Real seconds an exercise takes in all. */
  private limitOf({ fromMinute, toMinute, scenario }: RunPlan): number {
    // What begins later than with minute 0 is made first, and jumps then.
    const lead = (fromMinute > 0 ? 2 : 1) * LEAD_SECONDS;
    return this.exercise.delaySeconds + lead + (toMinute + 1 - fromMinute) * scenario.minuteSeconds;
  }
}
