import { EXIT, Interrupted, messageOf, Refusal } from '../../machine/errors';
import type { Interruption } from '../../machine/interruption';
import { silentOutput, type Output } from '../../machine/terminal';
import type { Scenario } from '../../scenario/types';
import { newIntent } from '../control/intent';
import { RunControls } from '../control/run-controls';
import { releasesInPlace } from '../observation/releases';
import { ShopObserver } from '../observation/shop-observer';
import { accountOf, coralogixPage } from '../coralogix/links';
import { heal } from '../outage/heal';
import { healLeftOpen, runningRefusal } from '../outage/heal-left-open';
import { ConfigOutage, OverrideOutage, type Outage } from '../outage/outage';
import { underIntent, type WrittenIntent } from '../outage/under-intent';
import { Conductor, requireDesired } from '../target/conductor';
import { StackEngine } from '../target/stack-engine';
import type { Target } from '../target/target';
import type { DemoOptions } from './arguments';
import { anySeed, blindOptions, disguised, exerciseOf, type Exercise } from './blind';
import { HeldPeak } from './held-peak';
import { listenForControls } from './keys';
import { MinuteProgress } from './minute-progress';
import { endedElsewhere, lookAtTelemetry, monitor, type RunEnd } from './monitor';
import { preflight } from './preflight';
import { planRun, startOf, type RunPlan } from './run-plan';
import { RunRecord } from './run-record';
import { planText, reportOf, tellReport } from './show-report';
import { ShowTimes } from './show-times';
import { ActAnnouncer, announce } from './talk';

/** What of the conductor a show needs. */
export type ShowConductor = Pick<
  Conductor,
  'readState' | 'readIndexes' | 'begin' | 'change' | 'heal' | 'relieve' | 'end' | 'endRelief'
>;

export interface ShowTools {
  target: Target;
  options: DemoOptions;
  interruption: Pick<Interruption, 'wait' | 'request'>;
  output: Output;
  /** Told what has to be waited for when somebody insists on the end. */
  onOutage?: (outage: Outage) => void;
  /** Unix milliseconds; the machine's, unless a test has its own. */
  now?: () => number;
}

/** The whole show against a shop that is there: the checks, the run, the heal, the report. @returns the exit code */
export async function show(tools: ShowTools): Promise<number> {
  const { target, options, output } = tools;
  const left = await healLeftOpen(target, { keep: options.keep, output });
  if (left.found === 'running') throw runningRefusal(left.intent);
  if (left.found === 'kept')
    throw new Refusal('A run needs a healthy shop: run the command without --keep, which heals it first.');
  const exercise = options.blind ? exerciseOf(options.seed ?? anySeed()) : null;
  // Of a blind run nothing is printed that could give it away.
  const told = exercise === null ? output : silentOutput;
  const conductor = new Conductor(target.conductor, told);
  return new Show(tools, exercise, told, conductor, new ShopObserver(target)).run();
}

/** One show. Whatever fails once the outage has begun, it is healed. */
export class Show {
  private readonly options: DemoOptions;
  private readonly record = new RunRecord();
  private readonly now: () => number;

  /** @param told where the run's own lines go */
  constructor(
    private readonly tools: ShowTools,
    private readonly exercise: Exercise | null,
    private readonly told: Output,
    private readonly conductor: ShowConductor,
    private readonly observer: Pick<
      ShopObserver,
      'run' | 'runTelemetry' | 'traffic' | 'telemetry' | 'recommendationPool' | 'all'
    >,
  ) {
    this.options = exercise === null ? tools.options : blindOptions(tools.options, exercise);
    this.now = tools.now ?? Date.now;
  }

  /** @returns the exit code. @throws Refusal or Interrupted while nothing is broken */
  async run(): Promise<number> {
    const { target, interruption, output } = this.tools;
    await this.conductor.endRelief();
    // Bad options are refused before ten seconds are spent on looking.
    const draft = this.plan(requireDesired(await this.conductor.readState()), null);
    const outage = await this.outage();
    const { how } = outage;
    this.tools.onOutage?.(outage);
    const times = new ShowTimes({
      ...this.tools,
      options: this.options,
      exercise: this.exercise,
      how,
      now: this.now,
    });
    const startTimestamp = times.startForPeak(draft);
    const endOf = (plan: RunPlan, start: number | null): Date => new Date(times.endOf(plan, start) * 1000);
    let closeKeys = (): void => undefined;
    return underIntent(target.intents, newIntent(how, endOf(draft, startTimestamp)), async (written) => {
      if (startTimestamp !== null) await times.waitForPeak(draft, startTimestamp);
      await outage.prepare();
      const { conductor, observer } = this;
      const wait = (ms: number): Promise<void> => interruption.wait(ms);
      const desired = await preflight({ target, observer, conductor, wait, now: this.now, output });
      await times.calm(desired.title, draft, startTimestamp);
      const plan = this.plan(desired, startTimestamp);
      this.told.line(planText(plan, how, target.name));
      const controls = new RunControls(conductor);
      const peak = new HeldPeak(this.options.talk ? plan.holdMinute : null, conductor, controls, output);
      closeKeys = listenForControls(controls, this.options.talk ? peak : null, interruption, output);
      await written.open({
        runId: plan.scenario.runId,
        endsAt: endOf(plan, null).toISOString(),
        configBefore: outage.configBefore,
      });
      return this.breakAndHeal(plan, outage, written, peak);
    }).finally(() => closeKeys());
  }

  /** From the moment at which something is broken to the report. */
  private async breakAndHeal(
    draft: RunPlan,
    outage: Outage,
    written: WrittenIntent,
    peak: HeldPeak,
  ): Promise<number> {
    const { target, output } = this.tools;
    let plan = draft;
    let trouble: unknown = null;
    let progress: MinuteProgress | null = null;
    try {
      plan = await outage.begin(draft);
      if (plan.scenario.runId !== draft.scenario.runId) await written.open({ runId: plan.scenario.runId });
      this.tellLateStart(plan);
      const account = await accountOf(target);
      progress = new MinuteProgress(plan, this.record, output, {
        blind: this.exercise !== null,
        incidents: account === null ? null : coralogixPage(account, 'incidents'),
      });
      const end = await this.watch(plan, progress, peak);
      if (end === 'ended-elsewhere' && !peak.isHeld) trouble = endedElsewhere();
    } catch (error) {
      // Refused: somebody else's run, and nothing of ours to heal.
      if (error instanceof Refusal && outage.how === 'override') {
        written.well();
        throw error;
      }
      trouble = error;
      if (!(error instanceof Interrupted)) output.line(`  ✗ ${messageOf(error)}`);
    }
    const endedAt = this.now() / 1000;
    const { runId } = plan.scenario;
    const healed = await heal(() => outage.end(runId), {
      conductor: this.conductor,
      observer: this.observer,
      output,
    });
    if (healed.ok) written.well();
    await this.lookOnceMore(plan, progress, peak, endedAt);
    if (this.options.talk && healed.ok) {
      announce(
        'Healed',
        'The same traffic, the index back: green within seconds. Compare before and after.',
        output,
      );
    }
    const { exercise } = this;
    const report = reportOf(plan, this.record, healed, {
      target,
      seed: exercise?.seed ?? null,
      reason: reasonOf(trouble),
      endedMinute: progress?.minute(endedAt) ?? null,
    });
    tellReport(report, exercise, { dataDir: target.dataDir, file: this.options.report, output });
    if (trouble instanceof Interrupted) return healed.ok ? EXIT.interrupted : EXIT.failed;
    const good = exercise === null ? report.verdict.ok : healed.ok && trouble === null;
    return good ? EXIT.ok : EXIT.failed;
  }

  private watch(plan: RunPlan, progress: MinuteProgress, peak: HeldPeak): Promise<RunEnd> {
    const { interruption, output } = this.tools;
    const acts = this.options.talk ? new ActAnnouncer(plan.scenario, output) : null;
    return monitor(
      plan,
      this.record,
      {
        observer: this.observer,
        state: () => this.conductor.readState(),
        interruption,
        output,
        now: () => this.now() / 1000,
        each: (minute, now) => {
          acts?.at(minute);
          return peak.look(minute, now);
        },
      },
      progress,
    );
  }

  /** The spans and the requests of the last moments have come since. */
  private async lookOnceMore(
    plan: RunPlan,
    progress: MinuteProgress | null,
    { isHeld }: HeldPeak,
    endedAt: number,
  ): Promise<void> {
    const { observer, record } = this;
    try {
      // Of a minute that was held until the heal, who was still waiting then was served: that is not the outage's.
      const run = isHeld ? null : await observer.run(plan.scenario.runId);
      if (run !== null) record.seen.add(run);
      // The console knows all six conditions of the flow alert, and what came late.
      const telemetry = await lookAtTelemetry(plan, record, observer);
      if (telemetry?.flowAlert != null) record.flowAlertMinute = telemetry.flowAlert.firstMinute;
    } catch (error) {
      this.tools.output.line(`  (the last minutes may be incomplete: ${messageOf(error)})`);
    }
    progress?.finish(endedAt, isHeld);
  }

  private plan(desired: Scenario, startTimestamp: number | null): RunPlan {
    const now = this.now() / 1000;
    const plan = planRun(this.options, this.tools.target.config, desired, now, undefined, startTimestamp);
    return this.exercise === null ? plan : disguised(plan, `exercise-${Math.round(now)}`);
  }

  /** How the outage is made: a stack's by configuration; a blind one by an override, which no file shows. */
  private async outage(): Promise<Outage> {
    const { target, output } = this.tools;
    if (target.kind === 'local' || this.exercise !== null) {
      const inPlace = (scenario: Scenario): Promise<void> =>
        releasesInPlace(scenario, this.observer, (ms) => this.tools.interruption.wait(ms));
      return new OverrideOutage(this.conductor, inPlace, () => this.now() / 1000);
    }
    // Without an engine nothing is begun.
    const engine = await StackEngine.open({ stack: target.stack, output });
    return new ConfigOutage(target, () => Promise.resolve(engine), this.conductor, output);
  }

  /** Dropping an index waits for what uses it; traffic should not meet half an outage. */
  private tellLateStart(plan: RunPlan): void {
    const late = this.now() / 1000 - startOf(plan, plan.fromMinute);
    if (late > 0)
      this.told.line(`  The outage was complete ${late.toFixed(1)} s into minute ${plan.fromMinute}.`);
  }
}

/** Why a run ended early; null when it did not. */
function reasonOf(trouble: unknown): string | null {
  if (trouble === null) return null;
  return trouble instanceof Interrupted ? trouble.cause : messageOf(trouble);
}
