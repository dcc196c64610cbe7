import type { MinuteExpectation } from '../scenario/types';
import { messageOf } from './faults';
import type { Interruption } from './interruption';
import { firesFlowAlert, minuteLines } from './minute-line';
import { LostRevenue, totalLostRevenueUsd } from './lost-revenue';
import type { ObservedMinute, ShopObserver } from './observation';
import type { Output } from './output';
import { reportMinute, type BaselineWindows, type ReportMinute } from './report';
import { RunMinutes } from './run-minutes';
import type { RunPlan } from './run-plan';

const POLL_MS = 1000;
/** Length of the sliding windows, and how late spans may reach the console (s). */
const WINDOW_SECONDS = 60 + 2;
/** How often the sliding windows are looked at (ms). */
const WINDOWS_EVERY_MS = 5000;
/** A window with fewer requests says nothing about a 95th percentile. */
const LEAST_REQUESTS = 20;
/** Added to the longest wait of a request: its answer has to be counted, too (s). */
const SETTLE_SECONDS = 1;
/** How long after a minute's last request its spans have reached the console: exporters send once a second (s). */
const SPANS_SECONDS = 2;

/** What was seen of a run, and goes on to be filled while it is watched. */
export class RunRecord {
  readonly minutes: ReportMinute[] = [];
  readonly seen = new RunMinutes();
  readonly lost = new LostRevenue();
  readonly windows: BaselineWindows = { catalogP95Ms: null, journeyP95Ms: null };
}

export interface MonitorTools {
  observer: ShopObserver;
  interruption: Interruption;
  output: Output;
  /** Unix seconds. */
  now?: () => number;
}

/**
 * Watches a run to the end of its last minute, one line per demo minute. A minute is told when all its requests have
 * ended, some seconds after it: a checkout that fails takes as long as it was ready to wait. Services that don't
 * answer in between are told, and watched further.
 *
 * @param record is filled as the run goes on, so that it is there after an interruption
 * @throws Interrupted
 */
export async function monitor(plan: RunPlan, record: RunRecord, tools: MonitorTools): Promise<void> {
  const { interruption } = tools;
  const now = tools.now ?? (() => Date.now() / 1000);
  const progress = new MinuteProgress(plan, record, tools.output);
  const trouble = new Trouble(tools.output);
  let windowsAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    await trouble.around('load-generator', async () => {
      const run = await tools.observer.run(plan.scenario.runId);
      if (run !== null) record.seen.add(run);
    });
    if (progress.due(now())) {
      await trouble.around('lost revenue', () => lookAtLostRevenue(plan, record, tools.observer));
      progress.tell(now());
    }
    // Only windows that lie within the run: what was before is not its doing.
    const firstWindowAt = startOf(plan, plan.fromMinute) + WINDOW_SECONDS;
    if (now() * 1000 - windowsAt >= WINDOWS_EVERY_MS && now() >= firstWindowAt) {
      windowsAt = now() * 1000;
      await trouble.around('telemetry', () => lookAtWindows(tools.observer, record.windows));
    }
    if (progress.done) return;
    await interruption.wait(POLL_MS);
  }
}

/**
 * Asks the console what the run has lost so far.
 *
 * @throws when it does not answer
 */
export async function lookAtLostRevenue(
  { scenario }: Pick<RunPlan, 'scenario'>,
  { lost }: Pick<RunRecord, 'lost'>,
  observer: Pick<ShopObserver, 'lostRevenue'>,
): Promise<void> {
  const found = await observer.lostRevenue(scenario.runId);
  if (found !== null) lost.add(found);
}

/** Unix seconds at which a demo minute begins. */
export function startOf(plan: Pick<RunPlan, 'override' | 'scenario'>, minute: number): number {
  return plan.override.startTimestamp + minute * plan.scenario.minuteSeconds;
}

/** Tells the minutes in their order, each once. */
export class MinuteProgress {
  private next: number;
  /** When the next minute was first seen without a request under way (Unix seconds); null before. */
  private settledAt: number | null = null;
  private alerted = false;

  constructor(
    private readonly plan: RunPlan,
    private readonly record: RunRecord,
    private readonly output: Output,
  ) {
    this.next = plan.fromMinute;
  }

  get done(): boolean {
    return this.next > this.plan.toMinute;
  }

  /** Tells every minute that is complete now (Unix seconds). */
  tell(now: number): void {
    while (this.due(now)) {
      const expected = this.plan.scenario.expectations.find(({ minute }) => minute === this.next);
      if (expected === undefined) throw new Error(`the scenario expects nothing of minute ${this.next}`);
      this.tellMinute(expected, this.record.seen.get(this.next));
      this.next += 1;
      this.settledAt = null;
    }
  }

  /** Whether the next minute is complete now (Unix seconds): its requests have ended, and their spans have come. */
  due(now: number): boolean {
    if (this.done) return false;
    const endedFor = now - startOf(this.plan, this.next + 1);
    const patience = this.plan.scenario.timeouts.demoRequestMs / 1000 + SETTLE_SECONDS + SPANS_SECONDS;
    if (endedFor >= patience) return true;
    // One poll after the minute's end at least: its last requests may not have started at the one before.
    if (endedFor < SETTLE_SECONDS || this.record.seen.get(this.next)?.inFlight !== 0) return false;
    this.settledAt ??= now;
    return now - this.settledAt >= SPANS_SECONDS;
  }

  private tellMinute(expected: MinuteExpectation, observed: ReturnType<RunMinutes['get']>): void {
    const { durationMinutes } = this.plan;
    const { lost, minutes } = this.record;
    const minute = reportMinute(expected, observed ?? unseen(expected), lost.get(expected.minute));
    minutes.push(minute);
    if (observed === undefined) {
      this.output.line(`--- Minute ${expected.minute}/${durationMinutes} ---`);
      this.output.line('  not seen: the load generator does not answer, or it was restarted');
      return;
    }
    for (const line of minuteLines(minute, durationMinutes, totalLostRevenueUsd(lost.updated(minutes))))
      this.output.line(line);
    if (!this.alerted && firesFlowAlert(minute)) {
      this.alerted = true;
      this.output.line('  The flow alert should trigger now: errors above 20 %, p95 above 2 s');
    }
  }
}

/** A minute of which nothing is known: it stays in the report, and a graded one fails. */
function unseen({ minute, phase }: MinuteExpectation): ObservedMinute {
  const nothing = { rpm: 0, scheduled: 0, completed: 0, errors: 0, errorRate: 0, p50Ms: null, p95Ms: null };
  return { minute, phase, demo: nothing, baseline: nothing, inFlight: 0 };
}

async function lookAtWindows(observer: ShopObserver, worst: BaselineWindows): Promise<void> {
  const [{ catalog }, { baseline }] = await Promise.all([observer.telemetry(), observer.traffic()]);
  if (catalog.requests >= LEAST_REQUESTS) worst.catalogP95Ms = worse(worst.catalogP95Ms, catalog.p95Ms);
  if (baseline.last60sRpm >= LEAST_REQUESTS) worst.journeyP95Ms = worse(worst.journeyP95Ms, baseline.p95Ms);
}

function worse(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.max(a, b);
}

/** Says when something begins to fail and when it works again, not each time. */
class Trouble {
  private readonly failing = new Set<string>();

  constructor(private readonly output: Output) {}

  async around(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.failing.delete(what)) this.output.line(`  (${what}: answers again)`);
    } catch (error) {
      if (!this.failing.has(what)) this.output.line(`  (${what}: ${messageOf(error)}; still watching)`);
      this.failing.add(what);
    }
  }
}
