import { minuteAt } from '../../scenario/override/clock';
import { INDEX_NAMES, type IndexName, type IndexState, type Scenario } from '../../scenario/types';
import { Interrupted, messageOf, Refusal } from '../../machine/errors';
import { numberAt, textAt } from '../../machine/json';
import { withSession } from '../../machine/session';
import type { Output } from '../../machine/terminal';
import { releasesInPlace } from '../observation/releases';
import { ShopObserver } from '../observation/shop-observer';
import { OverrideOutage } from '../outage/outage';
import { endedElsewhere, Presence } from '../run/monitor';
import type { RunPlan } from '../run/run-plan';
import type { Conductor } from '../target/conductor';
import { findShop } from '../target/local-target';
import type { Target } from '../target/target';
import { catalogIndexes } from './desk-database';
import type { DeskConfig, DeskFile } from './desk-file';
import { isCured, type ExerciseInput } from './exercise-plan';
import type { ExerciseRecord } from './exercise-record';
import { expectedAt, ShopWatch } from './shop-watch';

export interface CourseTools {
  target: Target;
  conductor: Conductor;
  record: ExerciseRecord;
  file: DeskFile;
  /** Plans the exercise. @param start Unix seconds of minute 0; null: it begins now */
  plan: (start: number | null, changes: ExerciseInput['changes']) => RunPlan;
  /** The shop as it was before. */
  desired: Scenario;
  cause: ExerciseInput['exercise']['cause'];
  output: Output;
  wait: (ms: number) => Promise<void>;
  /** Seconds since the exercise began. */
  clock: () => number;
}

/** The course of an exercise: the outage is made, what the participant repairs is taken over, and the shop is looked at. */
export class Course {
  private readonly observer: ShopObserver;
  private readonly watch = new ShopWatch();
  private changes: DeskConfig['changes'] = {};
  /** Whether the changes are not in the database yet. */
  private isDue = false;
  /** The exercise as it began, and as the participant has made it since; null before it began. */
  private planned: Scenario | null = null;
  private current: Scenario | null = null;
  private presence: Presence | null = null;
  private hasScanned = false;
  private trouble: string | null = null;

  constructor(private readonly tools: CourseTools) {
    this.observer = new ShopObserver(tools.target);
  }

  get hasBegun(): boolean {
    return this.planned !== null;
  }

  /** Makes the outage, with what the participant has set by then. @throws Refusal when another run has begun meanwhile */
  async begin(): Promise<void> {
    const { plan, conductor, desired, wait } = this.tools;
    const planned = plan(null, {});
    const changed = { ...plan(planned.scenario.startTimestamp, this.changes), startGiven: false };
    this.expectRolls(desired, changed.scenario);
    const inPlace = (scenario: Scenario): Promise<void> => releasesInPlace(scenario, this.observer, wait);
    const { startTimestamp } = (await new OverrideOutage(conductor, inPlace).begin(changed)).override;
    this.planned = { ...planned.scenario, startTimestamp };
    this.presence = new Presence(planned);
    this.current = { ...changed.scenario, startTimestamp };
    this.isDue = false;
    this.watch.forgetIndexes();
  }

  /**
   * One look, with everything that follows from it. Who does not answer may have been restarted by the participant: it
   * is said once, and looked again.
   *
   * @throws Interrupted when somebody else has ended the run
   */
  async look(): Promise<void> {
    try {
      await this.configure();
      await this.followIndexes();
      await this.sample();
      await this.requirePresence();
      this.trouble = null;
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      if (this.trouble === null) this.tools.output.line(`  (${messageOf(error)}; still watching)`);
      this.trouble = messageOf(error);
    }
  }

  /** Applies the stack file where it was changed; while PostgreSQL is away it is tried again. */
  private async configure(): Promise<void> {
    const { file, record, output } = this.tools;
    const asked = file.look();
    if (asked !== null) {
      record.configFault = asked.fault;
      if (asked.fault !== null) output.line(`  The stack file is not applied: ${asked.fault}`);
      else this.noteChanges(asked.changes);
    }
    const { planned, current } = this;
    if (planned === null || current === null || !this.isDue) return;
    const next = this.plannedWith(planned.startTimestamp);
    if (next === null) return;
    this.expectRolls(current, next);
    await this.change(({ indexes }) => ({ ...next, indexes }));
    this.isDue = false;
  }

  /** The exercise with the participant's changes; null, and said, where they make no scenario. */
  private plannedWith(start: number | null): Scenario | null {
    const { plan, record, output } = this.tools;
    try {
      return plan(start, this.changes).scenario;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      record.configFault = error.message;
      output.line(`  The stack file is not applied: ${error.message}`);
      this.isDue = false;
      return null;
    }
  }

  private noteChanges(changes: DeskConfig['changes']): void {
    const { record, file, clock } = this.tools;
    for (const name of new Set([...Object.keys(this.changes), ...Object.keys(changes)])) {
      const was = this.changes[name] ?? file.deployed(name);
      const is = changes[name] ?? file.deployed(name);
      if (was === is) continue;
      record.interventions.push({
        at: clock(),
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
    const found = await this.tools.conductor.readIndexes();
    const indexes = Object.fromEntries(
      INDEX_NAMES.map((name) => [name, found[name] === 'present' ? 'present' : 'absent']),
    ) as Record<IndexName, IndexState>;
    if (INDEX_NAMES.every((name) => this.current?.indexes[name] === indexes[name])) return;
    await this.change((scenario) => ({ ...scenario, indexes }));
  }

  private async change(change: (scenario: Scenario) => Scenario): Promise<void> {
    const { scenario } = await this.tools.conductor.change((run) => ({
      ...run,
      scenario: change(run.scenario),
    }));
    this.current = scenario;
  }

  private async sample(): Promise<void> {
    const { observer, planned } = this;
    const { target, record, clock } = this.tools;
    const [traffic, summary, explain, indexes] = await Promise.all([
      observer.traffic(),
      observer.get('console', '/api/summary?minutes=false&minute_services=false'),
      observer.get('console', '/api/explain'),
      withSession(target.conductor, catalogIndexes),
    ]);
    const at = clock();
    const processes = new Map(findShop(target.dataDir)?.children.map(({ name, pid }) => [name, pid]));
    const { counts, done } = this.watch.look(at, { traffic, indexes, processes });
    record.interventions.push(...done);
    const minute =
      planned?.startTimestamp == null
        ? -1
        : minuteAt(
            { startTimestamp: planned.startTimestamp, minuteSeconds: planned.minuteSeconds, pausedAt: null },
            Date.now() / 1000,
          );
    record.samples.push({
      at,
      ...counts,
      demoP95Ms: numberAt(summary, 'windows', 'last10s', 'traffic', 'demo', 'p95Ms'),
      ...expectedAt(planned, minute),
      cured: this.isCured(textAt(explain, 'now')),
    });
  }

  /** @param plan how PostgreSQL plans the recommendation query now: an index under any name will do */
  private isCured(plan: string | null): boolean {
    const { planned, current } = this;
    if (planned === null || current === null) return false;
    this.hasScanned ||= plan === 'withoutIndex';
    return isCured(this.tools.cause, planned, current) || (this.hasScanned && plan === 'withIndex');
  }

  private async requirePresence(): Promise<void> {
    if (this.presence === null) return;
    this.presence.look(await this.tools.conductor.readState());
    if (this.presence.gone) throw endedElsewhere();
  }

  private expectRolls(before: Scenario, after: Scenario): void {
    for (const service of Object.keys(after.releases) as (keyof Scenario['releases'])[])
      if (before.releases[service] !== after.releases[service])
        this.watch.expectRoll(service, this.tools.clock());
  }
}
