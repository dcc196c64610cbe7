import { cpus } from 'node:os';
import type { DemoOptions } from './arguments';
import { anySeed, blindOptions, disguised, exerciseOf, type Exercise } from './blind';
import { Conductor } from '../target/conductor';
import { EXIT, Interrupted, messageOf, Refusal } from '../../machine/errors';
import { healLeftOpen, runningRefusal } from '../control/heal-left-open';
import { newIntent, type Intent } from '../control/intent';
import type { Interruption } from '../../machine/interruption';
import { keyHelp, listenToKeys } from './keys';
import { totalLostRevenueUsd } from '../../report/lost-revenue';
import { MinuteProgress } from './minute-progress';
import { endedElsewhere, lookAtLostRevenue, monitor, RunRecord, startOf, type RunEnd } from './monitor';
import { paused } from '../../scenario/override/change';
import { HOLD_SECONDS } from '../../scenario/override/lease';
import { ShopObserver } from '../target/observation';
import { ConfigOutage, OverrideOutage, type Outage } from './outage';
import { silentOutput, type Output } from '../../machine/terminal';
import { keepRun } from '../control/past-runs';
import { startForPeak } from './peak-at';
import { preflight } from './preflight';
import { heal } from './recovery';
import { reportHead, type Healed, type Report, type RunFacts } from '../../report/report';
import { writeReport } from '../control/report-files';
import { RunControls } from '../control/run-controls';
import { LEAD_SECONDS, planRun, type RunPlan } from './run-plan';
import { StackEngine } from '../target/stack-engine';
import { ActAnnouncer, announce, TALK_HOLD_SECONDS, TALK_NORMAL_SECONDS } from './talk';
import type { Target } from '../target/target';
import { judge } from '../../report/verdict';
import { verdictLines } from '../../report/verdict-lines';

/** What the checks take before a run (s): services, ten green seconds, telemetry. */
const CHECKS_SECONDS = 30;
/** What an update takes that has nothing to change, with room (s). */
const UP_TO_DATE_SECONDS = 30;
/** What an update of the stack takes, with room (s). */
const UPDATE_SECONDS = 45;
/** How often a paused run is kept from expiring (s). */
const PROLONG_EVERY_SECONDS = 30;

export interface ShowTools {
  target: Target;
  options: DemoOptions;
  repositoryDir: string;
  interruption: Interruption;
  output: Output;
  /** Told what has to be waited for when somebody insists on the end. */
  onOutage?: (outage: Outage) => void;
}

/** The whole show against a shop that is there: the checks, the run, the heal, the report. @returns the exit code */
export async function show(tools: ShowTools): Promise<number> {
  const { target, options, repositoryDir, output } = tools;
  const left = await healLeftOpen(target, { keep: options.keep, repositoryDir, output });
  if (left.found === 'running') throw runningRefusal(left.intent);
  if (left.found === 'kept')
    throw new Refusal('A run needs a healthy shop: run the command without --keep, which heals it first.');
  const exercise = options.blind ? exerciseOf(options.seed ?? anySeed()) : null;
  return new Show(tools, exercise === null ? options : blindOptions(options, exercise), exercise).run();
}

class Show {
  private readonly conductor: Conductor;
  private readonly observer: ShopObserver;
  private readonly record = new RunRecord();
  /** Where the run's own lines go: nowhere in a blind run. */
  private readonly told: Output;
  private healRequested = false;
  private heldSince: number | null = null;
  private prolongedAt = 0;

  constructor(
    private readonly tools: ShowTools,
    private readonly options: DemoOptions,
    private readonly exercise: Exercise | null,
  ) {
    this.conductor = new Conductor(tools.target.conductor, exercise === null ? tools.output : silentOutput);
    this.observer = new ShopObserver(tools.target);
    this.told = exercise === null ? tools.output : silentOutput;
  }

  async run(): Promise<number> {
    const { target, interruption, output } = this.tools;
    await this.conductor.endRelief();
    const { desired: found } = await this.conductor.readState();
    if (found === null) throw new Refusal('The database has no scenario yet: restart npm start.');
    // Bad options are told before ten seconds are spent on looking.
    const draft = this.plan(found, Date.now() / 1000, null);
    const outage = await this.outage();
    this.tools.onOutage?.(outage);
    const startTimestamp = this.startForPeak(draft, outage);
    const end = new Date(this.endOf(draft, startTimestamp) * 1000);
    const intent = newIntent(outage.how, end);
    const other = await target.intents.claim(intent);
    if (other !== null) throw runningRefusal(other);
    let broken = false;
    let closeKeys = (): void => undefined;
    try {
      if (startTimestamp !== null) await this.waitForPeak(draft, startTimestamp, outage);
      await outage.prepare();
      const desired = await preflight({
        target,
        observer: this.observer,
        conductor: this.conductor,
        interruption,
        output,
      });
      await this.calm(desired.title, draft, startTimestamp, outage);
      const plan = this.plan(desired, Date.now() / 1000, startTimestamp);
      this.tellPlan(plan, outage);
      closeKeys = this.listen();
      const open: Intent = {
        ...intent,
        state: 'open',
        runId: plan.scenario.runId,
        endsAt: new Date(this.endOf(plan, null) * 1000).toISOString(),
        configBefore: outage.configBefore,
      };
      await target.intents.update(open);
      broken = true;
      return await this.breakAndHeal(plan, outage, open, () => {
        broken = false;
      });
    } finally {
      closeKeys();
      // What is broken stays written down: the next command heals it.
      if (!broken) await target.intents.clear().catch(() => undefined);
    }
  }

  /** From the moment at which something is broken to the report. @param onWell called when nothing is broken any more */
  private async breakAndHeal(
    draft: RunPlan,
    outage: Outage,
    intent: Intent,
    onWell: () => void,
  ): Promise<number> {
    const { target, output } = this.tools;
    const { record } = this;
    let plan = draft;
    let trouble: unknown = null;
    let progress: MinuteProgress | null = null;
    try {
      plan = await outage.begin(draft);
      if (plan.scenario.runId !== intent.runId)
        await target.intents.update({ ...intent, runId: plan.scenario.runId });
      this.tellLateStart(plan);
      progress = new MinuteProgress(plan, record, output, { blind: this.exercise !== null });
      const end = await this.watch(plan, progress);
      if (end === 'ended-elsewhere' && this.heldSince === null) trouble = endedElsewhere();
    } catch (error) {
      // Refused: somebody else's run, and nothing of ours to heal.
      if (error instanceof Refusal && outage.how === 'override') {
        onWell();
        throw error;
      }
      trouble = error;
      if (!(error instanceof Interrupted)) output.line(`  ✗ ${messageOf(error)}`);
    }
    const endedAt = Date.now() / 1000;
    const { runId } = plan.scenario;
    const healed = await heal(() => outage.end(runId), {
      conductor: this.conductor,
      observer: this.observer,
      output,
    });
    if (healed.ok) onWell();
    await this.lookOnceMore(plan, progress, endedAt);
    if (this.options.talk && healed.ok) {
      announce(
        'Healed',
        'The same traffic, the index back: green within seconds. Compare before and after.',
        output,
      );
    }
    const facts = this.factsOf(plan, healed, progress?.minute(endedAt) ?? null);
    const report = judge(facts, reasonOf(trouble));
    await this.tellReport(report);
    if (trouble instanceof Interrupted) return healed.ok ? EXIT.interrupted : EXIT.failed;
    if (this.exercise !== null) return healed.ok && trouble === null ? EXIT.ok : EXIT.failed;
    return report.verdict.ok ? EXIT.ok : EXIT.failed;
  }

  private async watch(plan: RunPlan, progress: MinuteProgress): Promise<RunEnd> {
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
        style: { blind: this.exercise !== null },
        each: async (minute, now) => {
          acts?.at(minute);
          await this.keepClock(plan, minute, now);
          return this.healRequested;
        },
      },
      progress,
    );
  }

  /** Holds the talk at its peak, and keeps what is paused from expiring. */
  private async keepClock(plan: RunPlan, minute: number, now: number): Promise<void> {
    const { output } = this.tools;
    try {
      if (this.options.talk && this.heldSince === null && minute >= plan.peakMinute) {
        await this.conductor.change((run) => paused(run, now, HOLD_SECONDS.attended));
        this.heldSince = now;
        this.prolongedAt = now;
        announce(
          'The peak is held',
          'Heal when you have shown it: key h here, npm run demo -- heal elsewhere, or in the console.',
          output,
        );
      }
      if (now - this.prolongedAt >= PROLONG_EVERY_SECONDS) {
        this.prolongedAt = now;
        await new RunControls(this.conductor).prolong();
      }
    } catch (error) {
      // The monitor tells when the database is away; the next look tries again.
      if (!(error instanceof Refusal)) return;
    }
    if (this.heldSince !== null && now - this.heldSince > TALK_HOLD_SECONDS) {
      output.line(`The peak was held for ${TALK_HOLD_SECONDS / 60} minutes: healing.`);
      this.healRequested = true;
    }
  }

  /** The spans and the requests of the last moments have come since. */
  private async lookOnceMore(plan: RunPlan, progress: MinuteProgress | null, endedAt: number): Promise<void> {
    const { output } = this.tools;
    try {
      // Of a minute that was held until the heal, who was still waiting then was served: that is not the outage's.
      const run = this.heldSince === null ? await this.observer.run(plan.scenario.runId) : null;
      if (run !== null) this.record.seen.add(run);
      await lookAtLostRevenue(plan, this.record, this.observer);
      // The console knows all six conditions, and what came late.
      const alert = await this.observer.flowAlert(plan.scenario.runId);
      if (alert !== null) this.record.flowAlertMinute = alert.firstMinute;
    } catch (error) {
      output.line(`  (the last minutes may be incomplete: ${messageOf(error)})`);
    }
    progress?.finish(endedAt, this.heldSince !== null);
  }

  private factsOf(plan: RunPlan, healed: Healed, endedMinute: number | null): RunFacts {
    const { record } = this;
    const { target } = this.tools;
    const minutes = record.lost.updated(record.minutes).sort((a, b) => a.minute - b.minute);
    return {
      ...reportHead(plan.scenario, startOf(plan, plan.fromMinute)),
      minutes,
      lostRevenueUsd: totalLostRevenueUsd(minutes),
      load: record.seen.load(),
      baseline: record.windows,
      healed,
      endedMinute,
      ranOn: target.kind === 'local' ? 'local' : target.name,
      events: record.events,
      flowAlertMinute: record.flowAlertMinute,
      machine: target.kind === 'local' ? { cores: cpus().length, load: record.machineLoad } : null,
      blindSeed: this.exercise?.seed ?? null,
    };
  }

  private async tellReport(report: Report): Promise<void> {
    const { target, output } = this.tools;
    const kept = await keepRun(target.dataDir, { ...report, exercise: this.exercise, revealed: false });
    if (this.exercise !== null) {
      output.line(
        `The exercise is over (${report.healed?.ok === true ? 'healed and verified' : 'NOT healed'}). What was it? ` +
          'npm run demo -- reveal tells.',
      );
      return;
    }
    for (const line of verdictLines(report)) output.line(line);
    output.line(`Kept: ${kept} (npm run demo -- history compares)`);
    if (this.options.report === null) return;
    const files = await writeReport(this.options.report, report);
    output.line(`Report: ${files.join(', ')}`);
  }

  private plan(desired: Parameters<typeof planRun>[2], now: number, start: number | null): RunPlan {
    const plan = planRun(this.options, this.tools.target.config, desired, now, undefined, start);
    if (this.exercise === null) return plan;
    const runId = `exercise-${Math.round(now)}`;
    const scenario = disguised(plan.scenario, runId);
    return { ...plan, scenario, override: { ...plan.override, runId, scenario } };
  }

  /** How the outage is made: a stack's by configuration; a blind one by an override, which no file shows. */
  private async outage(): Promise<Outage> {
    const { target, repositoryDir, output } = this.tools;
    if (target.kind === 'local' || this.exercise !== null) return new OverrideOutage(this.conductor);
    const engine = await StackEngine.open({ stack: target.stack, repositoryDir, output });
    return new ConfigOutage(target, engine, this.conductor, output);
  }

  private startForPeak(plan: RunPlan, outage: Outage): number | null {
    const { peakAt } = this.options;
    if (peakAt === null) return null;
    const found = startForPeak(
      peakAt,
      new Date(),
      {
        peakMinute: plan.peakMinute,
        fromMinute: plan.fromMinute,
        minuteSeconds: plan.scenario.minuteSeconds,
      },
      this.secondsBefore(outage),
    );
    if ('tooNear' in found) throw new Refusal(`--peak-at: ${found.tooNear}`, EXIT.usage);
    return found.startTimestamp;
  }

  /** What comes before the first minute (s): checks, a talk's normal traffic, making the outage. */
  private secondsBefore(outage: Outage): number {
    return leadOf(outage) + checksOf(outage) + (this.options.talk ? TALK_NORMAL_SECONDS : 0);
  }

  /** Waits until it is time for the checks. */
  private async waitForPeak(plan: RunPlan, startTimestamp: number, outage: Outage): Promise<void> {
    const { interruption, output } = this.tools;
    const { minuteSeconds } = plan.scenario;
    const begins = startTimestamp + plan.fromMinute * minuteSeconds;
    const wait = begins - this.secondsBefore(outage) - Date.now() / 1000;
    output.line(
      `The peak (minute ${plan.peakMinute}) is to be at ${local(startTimestamp + plan.peakMinute * minuteSeconds)}: ` +
        `the first minute begins at ${local(begins)}` +
        (wait > 1 ? `, the checks in ${Math.round(wait)} s. Ctrl-C gives it up.` : '.'),
    );
    if (wait > 0) await interruption.wait(wait * 1000);
  }

  /** Normal traffic before the outage: a talk's first act, a blind run's delay, the time until a given start. */
  private async calm(title: string, plan: RunPlan, start: number | null, outage: Outage): Promise<void> {
    const { interruption, output } = this.tools;
    if (this.exercise !== null) {
      output.line('The exercise has begun. Something may happen at any time.');
      await interruption.wait(this.exercise.delaySeconds * 1000);
    }
    if (this.options.talk) {
      announce(
        `Before it: ${title}`,
        `${TALK_NORMAL_SECONDS} s of healthy traffic. Show the shop, both cohorts, a trace.`,
        output,
      );
    }
    if (start !== null) {
      const begins = start + plan.fromMinute * plan.scenario.minuteSeconds;
      const wait = begins - leadOf(outage) - Date.now() / 1000;
      if (wait > 0) await interruption.wait(wait * 1000);
    } else if (this.options.talk) {
      await interruption.wait(TALK_NORMAL_SECONDS * 1000);
    }
  }

  /** Unix seconds at which a run is over at the latest, as far as can be said before it. */
  private endOf(plan: RunPlan, startTimestamp: number | null): number {
    const start = startTimestamp ?? plan.override.startTimestamp;
    const hold = this.options.talk ? TALK_HOLD_SECONDS + TALK_NORMAL_SECONDS : 0;
    return start + (plan.toMinute + 1) * plan.scenario.minuteSeconds + hold + 300;
  }

  private listen(): () => void {
    const { interruption, output } = this.tools;
    const controls = new RunControls(this.conductor);
    const say = (work: Promise<string>): void => {
      void work.then(
        (text) => {
          output.line(text);
        },
        (error: unknown) => {
          output.line(messageOf(error));
        },
      );
    };
    const heal = (): void => {
      if (this.heldSince === null) output.line('Nothing is held yet: h heals at the peak, a aborts now.');
      else this.healRequested = true;
    };
    if (process.stdin.isTTY) output.line(keyHelp(this.options.talk));
    return listenToKeys({
      pause: () => {
        say(controls.pause());
      },
      resume: () => {
        say(controls.resume());
      },
      goto: (minute) => {
        say(controls.goto(minute));
      },
      abort: () => {
        interruption.request('a key');
      },
      heal: this.options.talk ? heal : null,
      interrupt: () => {
        process.kill(process.pid, 'SIGINT');
      },
      echo: (text) => {
        process.stdout.write(text);
      },
    });
  }

  private tellPlan(plan: RunPlan, outage: Outage): void {
    const { scenario, fromMinute, toMinute, override } = plan;
    const { minuteSeconds } = scenario;
    const ablation = scenario.ablation === null ? '' : ABLATED[scenario.ablation];
    const ends =
      outage.how === 'override'
        ? `ends by itself at ${new Date(override.expiresAt * 1000).toISOString()}`
        : `made by the configuration of stack ${this.tools.target.name}: it lasts until it is healed`;
    this.told.line(
      `Run ${scenario.runId}: ${scenario.title}${ablation}\n` +
        `  minutes ${fromMinute} to ${toMinute} of ${scenario.shownMinutes}, ${minuteSeconds} s each ` +
        `(${Math.ceil(((toMinute - fromMinute + 1) * minuteSeconds) / 60)} min), scale ${scenario.scale}, ` +
        `${scenario.catalogRows} products, pool ${scenario.pools.recommendation.max}\n` +
        `  ${ends}`,
    );
  }

  /** Dropping an index waits for what uses it; traffic should not meet half an outage. */
  private tellLateStart(plan: RunPlan): void {
    const late = Date.now() / 1000 - startOf(plan, plan.fromMinute);
    if (late > 0)
      this.told.line(`  The outage was complete ${late.toFixed(1)} s into minute ${plan.fromMinute}.`);
  }
}

const ABLATED = { index: ', but the index stays', pool: ', but the pool stays large' } as const;

/** Real seconds between the beginning of making the outage and its first minute. */
function leadOf(outage: Outage): number {
  return outage.how === 'override' ? LEAD_SECONDS : UPDATE_SECONDS;
}

/** What comes before making it (s). */
function checksOf(outage: Outage): number {
  return CHECKS_SECONDS + (outage.how === 'override' ? 0 : UP_TO_DATE_SECONDS);
}

/** Why a run ended early; null when it did not. */
function reasonOf(trouble: unknown): string | null {
  if (trouble === null) return null;
  return trouble instanceof Interrupted ? trouble.cause : messageOf(trouble);
}

function local(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('sv-SE');
}
