import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { leversOf } from '../../scenario/causes/all';
import { minuteAt } from '../../scenario/override/clock';
import { INDEX_NAMES, type IndexName, type IndexState, type Scenario } from '../../scenario/types';
import { EXIT, Interrupted, messageOf, Refusal } from '../../machine/errors';
import type { Interruption } from '../../machine/interruption';
import { numberAt, textAt } from '../../machine/json';
import { withSession } from '../../machine/session';
import { silentOutput, type Output } from '../../machine/terminal';
import { gradeExercise } from '../../report/exercise/grade';
import { exerciseLine } from '../../report/exercise/markdown';
import { newIntent } from '../control/intent';
import { ShopObserver } from '../observation/shop-observer';
import { heal } from '../outage/heal';
import { healLeftOpen, runningRefusal } from '../outage/heal-left-open';
import { OverrideOutage } from '../outage/outage';
import type { DemoOptions } from '../run/arguments';
import { anySeed, exerciseOf, type Exercise } from '../run/blind';
import { endedElsewhere } from '../run/monitor';
import { preflight } from '../run/preflight';
import { LEAD_SECONDS, type RunPlan } from '../run/run-plan';
import { Conductor } from '../target/conductor';
import { findShop } from '../target/local-target';
import type { Target } from '../target/target';
import { NOT_PASSED, type ExerciseOptions } from './arguments';
import { deskFile, deskLines, makeDeskFolder, writeDesk, type Desk } from './desk';
import { catalogIndexes, closeDeskDatabase, openDeskDatabase } from './desk-database';
import { DeskFile, type DeskConfig } from './desk-file';
import { DeskServer } from './desk-server';
import { hintsOf, isCured, planExercise, truthOf, type ExerciseInput } from './exercise-plan';
import { ExerciseRecord } from './exercise-record';
import { writeResult } from './results';
import { expectedAt, ShopWatch } from './shop-watch';

const LOOK_EVERY_MS = 1000;
/** The role lets nobody in any more so long after the exercise should be over (s); as long a heal may take. */
const AFTERWARDS_SECONDS = 300;
/** So many looks in a row without the run, and somebody else has ended it. */
const GONE_AFTER_LOOKS = 3;

export interface SessionTools {
  target: Target;
  options: ExerciseOptions;
  /** The same as a run's. */
  demo: DemoOptions;
  repositoryDir: string;
  interruption: Pick<Interruption, 'wait'>;
  /** Text for a person. */
  output: Output;
  /** An event for a program; `exercise` tells each as JSON where it is asked to. */
  tell: (event: Record<string, unknown>) => void;
}

/** An exercise against a shop that is there, from the checks to the result. @returns the exit code */
export async function holdExercise(tools: SessionTools): Promise<number> {
  const { target, options, repositoryDir, output } = tools;
  const left = await healLeftOpen(target, { keep: false, repositoryDir, output });
  if (left.found === 'running') throw runningRefusal(left.intent);
  return new Session(tools, exerciseOf(options.seed ?? anySeed())).run();
}

/** One exercise. Whatever fails once it has begun, the shop is healed. */
class Session {
  /** Nothing of making the outage is printed. */
  private readonly conductor: Conductor;
  private readonly observer: ShopObserver;
  private readonly watch = new ShopWatch();
  private readonly superuserUrl: string;
  private readonly runId = `exercise-${String(Math.round(Date.now() / 1000))}`;
  private changes: DeskConfig['changes'] = {};
  /** The exercise as it began, and as the participant has made it since; null before it began. */
  private planned: Scenario | null = null;
  private current: Scenario | null = null;
  private hasScanned = false;
  private gone = 0;
  private trouble: string | null = null;

  constructor(
    private readonly tools: SessionTools,
    private readonly exercise: Exercise,
  ) {
    const { target } = tools;
    this.conductor = new Conductor(target.conductor, silentOutput);
    this.observer = new ShopObserver(target);
    this.superuserUrl = findShop(target.dataDir)?.databaseUrls.superuser ?? '';
  }

  async run(): Promise<number> {
    const { target, interruption, output } = this.tools;
    await this.conductor.endRelief();
    const { desired: found } = await this.conductor.readState();
    if (found === null) throw new Refusal('The database has no scenario yet: restart npm start.');
    // Bad options are refused before ten seconds are spent on looking.
    const draft = this.plan(found, null, {});
    const limit = this.limitOf(draft);
    const intent = newIntent('override', new Date(Date.now() + (limit + AFTERWARDS_SECONDS) * 1000));
    const other = await target.intents.claim(intent);
    if (other !== null) throw runningRefusal(other);
    let healed = true;
    try {
      const { conductor, observer } = this;
      const wait = (ms: number): Promise<void> => interruption.wait(ms);
      const desired = await preflight({ target, observer, conductor, wait, output });
      // From here on a participant may change something.
      await target.intents.update({ ...intent, state: 'open', runId: this.runId });
      healed = false;
      return await this.hold(desired, limit, () => {
        healed = true;
      });
    } finally {
      if (healed) await target.intents.clear().catch(() => undefined);
    }
  }

  /** From the desk's opening to the result. @param onWell called when the shop is healed */
  private async hold(desired: Scenario, limit: number, onWell: () => void): Promise<number> {
    const { target, options, demo, output, tell } = this.tools;
    const planned = this.plan(desired, null, {}).scenario;
    const truth = truthOf(this.exercise, planned);
    const began = performance.now();
    const clock = (): number => (performance.now() - began) / 1000;
    const { minuteSeconds, scale } = planned;
    const record = new ExerciseRecord(
      {
        id: this.runId,
        seed: this.exercise.seed,
        forWhom: options.forWhom,
        startedAt: new Date().toISOString(),
        minuteSeconds,
        scale,
        truth,
        limit,
      },
      hintsOf(truth),
      clock,
    );
    const server = new DeskServer(target, record);
    let trouble: unknown = null;
    try {
      const file = new DeskFile(makeDeskFolder(demo.dataDir), leversOf(planned));
      const desk = await this.openDesk(server, file, limit);
      output.line(
        `Exercise ${this.runId}: you are on call for ${String(Math.round(limit / 60))} minutes. Something may happen, or not.`,
      );
      for (const line of deskLines(desk)) output.line(`  ${line}`);
      tell({ event: 'begun', id: this.runId, limit, desk });
      await this.watchOver(record, file, desired, clock);
    } catch (error) {
      if (!(error instanceof Interrupted)) output.line(`  ✗ ${messageOf(error)}`);
      trouble = error;
      record.finish('interrupted');
    }
    // The last word is graded, then the shop is put right.
    server.close();
    rmSync(deskFile(demo.dataDir), { force: true });
    const { conductor, observer, runId } = this;
    const healed = await heal(() => new OverrideOutage(conductor).end(runId), {
      conductor,
      observer,
      output,
    });
    const closed = await this.closeDesk();
    if (healed.ok && closed) onWell();
    const facts = record.facts(healed);
    const grade = gradeExercise(facts);
    const files = writeResult({ grade, facts }, demo.dataDir, options.report);
    output.line(exerciseLine(grade));
    output.line(`It was: ${truth.answer} (seed ${String(this.exercise.seed)}).`);
    output.line(`Result: ${files.join(', ')}`);
    tell({ event: 'result', grade, facts: { ...facts, samples: undefined }, files });
    if (!healed.ok || !closed) return EXIT.failed;
    if (trouble !== null) return trouble instanceof Interrupted ? EXIT.interrupted : EXIT.failed;
    return grade.passed ? EXIT.ok : NOT_PASSED;
  }

  private async openDesk(server: DeskServer, file: DeskFile, limit: number): Promise<Desk> {
    const { target, demo } = this.tools;
    file.write();
    const desk: Desk = {
      version: 1,
      id: this.runId,
      url: await server.listen(),
      token: randomBytes(18).toString('base64url'),
      shopUrl: target.shopUrl,
      database: await openDeskDatabase(this.superuserUrl, Date.now() / 1000 + limit + AFTERWARDS_SECONDS),
      stackFile: file.file,
    };
    writeDesk(demo.dataDir, desk);
    server.open(desk);
    return desk;
  }

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

  /** Makes the outage when its time has come, follows repairs, and takes samples, until the exercise is over. */
  private async watchOver(
    record: ExerciseRecord,
    file: DeskFile,
    desired: Scenario,
    clock: () => number,
  ): Promise<void> {
    for (;;) {
      if (this.planned === null && clock() >= this.exercise.delaySeconds) await this.begin(desired, clock());
      await this.around(async () => {
        await this.configure(record, file, desired, clock);
        await this.followIndexes();
        await this.sample(record, clock());
      });
      record.look();
      if (record.isOver) return;
      await this.tools.interruption.wait(LOOK_EVERY_MS);
    }
  }

  /** @throws Refusal when another run has begun meanwhile */
  private async begin(desired: Scenario, at: number): Promise<void> {
    const plan = this.plan(desired, null, {});
    const changed = this.plan(desired, plan.scenario.startTimestamp, this.changes);
    this.expectRolls(desired, changed.scenario, at);
    await new OverrideOutage(this.conductor).begin(changed);
    this.planned = plan.scenario;
    this.current = changed.scenario;
    this.watch.forgetIndexes();
  }

  /** Applies the stack file where it was changed; while PostgreSQL is away it is tried again. */
  private async configure(
    record: ExerciseRecord,
    file: DeskFile,
    desired: Scenario,
    clock: () => number,
  ): Promise<void> {
    const asked = file.look();
    if (asked !== null) {
      record.configFault = asked.fault;
      if (asked.fault !== null) this.tools.output.line(`  The stack file is not applied: ${asked.fault}`);
      else this.noteChanges(record, file, asked.changes, clock());
    }
    const { planned, current } = this;
    if (planned === null || current === null || !this.isDue) return;
    const next = this.plan(desired, planned.startTimestamp, this.changes).scenario;
    this.expectRolls(current, next, clock());
    await this.change((scenario) => ({ ...next, indexes: scenario.indexes }));
    this.isDue = false;
  }

  /** Whether the stack file's changes are not in the database yet. */
  private isDue = false;

  private noteChanges(
    record: ExerciseRecord,
    file: DeskFile,
    changes: DeskConfig['changes'],
    at: number,
  ): void {
    const before = this.changes;
    for (const name of new Set([...Object.keys(before), ...Object.keys(changes)])) {
      const [was, is] = [before[name], changes[name]].map((value) => value ?? file.deployed(name));
      if (String(was) === String(is)) continue;
      record.interventions.push({
        at,
        kind: 'config',
        name,
        text: `${name}: ${String(was)} → ${String(is)}`,
      });
      this.isDue = true;
    }
    this.changes = changes;
  }

  /** The run's document follows the indexes that there are: nobody who reads it drops what a participant has made. */
  private async followIndexes(): Promise<void> {
    if (this.current === null) return;
    const found = await this.conductor.readIndexes();
    const indexes = Object.fromEntries(
      INDEX_NAMES.map((name) => [name, found[name] === 'present' ? 'present' : 'absent']),
    ) as Record<IndexName, IndexState>;
    if (INDEX_NAMES.every((name) => this.current?.indexes[name] === indexes[name])) return;
    await this.change((scenario) => ({ ...scenario, indexes }));
  }

  private async change(change: (scenario: Scenario) => Scenario): Promise<void> {
    const { scenario } = await this.conductor.change((run) => ({ ...run, scenario: change(run.scenario) }));
    this.current = scenario;
  }

  private async sample(record: ExerciseRecord, at: number): Promise<void> {
    const { observer, watch, planned, current } = this;
    const [traffic, summary, explain, indexes] = await Promise.all([
      observer.traffic(),
      observer.get('console', '/api/summary?minutes=false&minute_services=false'),
      observer.get('console', '/api/explain'),
      withSession(this.tools.target.conductor, catalogIndexes),
    ]);
    const plan = textAt(explain, 'now');
    this.hasScanned ||= planned !== null && plan === 'withoutIndex';
    const processes = new Map(
      findShop(this.tools.demo.dataDir)?.children.map(({ name, pid }) => [name, pid]),
    );
    const demoP95Ms = numberAt(summary, 'windows', 'last10s', 'traffic', 'demo', 'p95Ms');
    const { counts, done } = watch.look(at, { traffic, indexes, processes });
    record.interventions.push(...done);
    const minute =
      planned === null
        ? -1
        : minuteAt(
            { ...planned, startTimestamp: planned.startTimestamp ?? 0, pausedAt: null },
            Date.now() / 1000,
          );
    record.samples.push({
      at,
      ...counts,
      demoP95Ms,
      ...expectedAt(planned, minute),
      cured:
        planned !== null &&
        current !== null &&
        (isCured(this.exercise.cause, planned, current) || (this.hasScanned && plan === 'withIndex')),
    });
    await this.requirePresence();
  }

  /** @throws Interrupted when somebody else has ended the run */
  private async requirePresence(): Promise<void> {
    if (this.planned === null) return;
    const { override } = await this.conductor.readState();
    this.gone = override?.runId === this.runId ? 0 : this.gone + 1;
    if (this.gone >= GONE_AFTER_LOOKS) throw endedElsewhere();
  }

  /** Who does not answer may have been restarted by the participant: it is said once, and looked again. */
  private async around(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.trouble = null;
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      const text = messageOf(error);
      if (this.trouble === null) this.tools.output.line(`  (${text}; still watching)`);
      this.trouble = text;
    }
  }

  private expectRolls(before: Scenario, after: Scenario, at: number): void {
    for (const service of Object.keys(after.releases) as (keyof Scenario['releases'])[])
      if (before.releases[service] !== after.releases[service]) this.watch.expectRoll(service, at);
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
    return this.exercise.delaySeconds + LEAD_SECONDS + (toMinute + 1 - fromMinute) * scenario.minuteSeconds;
  }
}
