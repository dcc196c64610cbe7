import { readFileSync } from 'node:fs';
import { loadScenarioConfig, stackConfigPath } from '../../scenario/config/config-file';
import { presetOf } from '../../scenario/presets';
import { resolveScenario } from '../../scenario/resolve';
import type { ScenarioConfig } from '../../scenario/config/schema';
import type { Override, Scenario } from '../../scenario/types';
import type { Conductor } from '../target/conductor';
import { ownConfig, restoreConfig } from './config-before';
import { messageOf } from '../../machine/errors';
import type { Intent } from '../control/intent';
import type { Output } from '../../machine/terminal';
import { healthyRun, movedTo } from '../../scenario/override/change';
import { HEAL_SECONDS } from '../../scenario/override/lease';
import type { RunPlan } from './run-plan';
import type { StackEngine } from '../target/stack-engine';
import type { Target } from '../target/target';

/** How an outage is made, and ended again. */
export interface Outage {
  readonly how: Intent['how'];
  /** The stack file's text as it is before; null where it isn't touched. */
  readonly configBefore: Intent['configBefore'];
  /** What has to be done while all is well. @throws when that fails; nothing was broken then */
  prepare(): Promise<void>;
  /** Makes it. @returns the plan as it came true */
  begin(plan: RunPlan): Promise<RunPlan>;
  /** Puts everything back. @returns what is desired now. @throws when that could not be done */
  end(runId: string): Promise<Scenario>;
  /** Asks what is under way to come to an end; true while there is something that must be waited for. */
  hurry(): boolean;
}

/** By an override row: it expires, so that a killed command heals by itself. Nothing of the stack is changed. */
export class OverrideOutage implements Outage {
  readonly how = 'override';
  readonly configBefore = null;

  constructor(private readonly conductor: Conductor) {}

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async begin(plan: RunPlan): Promise<RunPlan> {
    await this.conductor.begin(plan.override);
    return plan;
  }

  async end(runId: string): Promise<Scenario> {
    try {
      return await this.conductor.heal(runId);
    } catch (error) {
      throw new Error(
        `${messageOf(error)}. The run expires by itself within minutes, and with the shop running the console then builds the index`,
        { cause: error },
      );
    }
  }

  hurry(): boolean {
    return false;
  }
}

/** Real seconds from the update of the scenario row to minute 0. */
const START_DELAY_SECONDS = 8;

/**
 * By the stack's configuration and `pulumi up`, as a person would. The heal first takes effect at run time, within a
 * second, by an override row with the healthy scenario; then configuration and state follow.
 */
export class ConfigOutage implements Outage {
  readonly how = 'config';
  readonly configBefore: string | null;

  /**
   * @param before the stack file's text before a run that was left open, null where this machine doesn't know it; of a
   *   run that is still to begin the text is as it is now
   */
  constructor(
    private readonly target: Pick<Target, 'config' | 'stack'>,
    private readonly engine: StackEngine,
    private readonly conductor: Conductor,
    private readonly output: Output,
    before: string | null = readFileSync(stackConfigPath(target.config), 'utf8'),
  ) {
    this.configBefore = before;
  }

  /** An update that would also build an image and roll out pods must not do so in the middle of a show. */
  async prepare(): Promise<void> {
    this.output.line(`Updating stack ${this.target.stack} before anything is broken`);
    await this.engine.up('demo: up to date');
  }

  async begin(plan: RunPlan): Promise<RunPlan> {
    const { values, removed } = configOf(plan, loadScenarioConfig(this.target.config));
    this.output.line(
      `  pulumi config set --stack ${this.target.stack}: ${Object.entries(values)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`,
    );
    await this.engine.configure(values, removed);
    await this.engine.up(`demo: run of ${plan.scenario.mode}`);
    const { desired } = await this.conductor.readState();
    if (desired?.startTimestamp == null)
      throw new Error('the update went through, but the database has no outage in its scenario row');
    const startTimestamp = await this.startAt(plan, desired.startTimestamp);
    return {
      ...plan,
      scenario: desired,
      override: { ...plan.override, startTimestamp, runId: desired.runId },
    };
  }

  /**
   * Moves the clock to the first minute wanted, unless it is about there: how long an update takes after it has stamped
   * the start is not known before.
   */
  private async startAt({ fromMinute, startGiven, scenario }: RunPlan, stamped: number): Promise<number> {
    const now = Date.now() / 1000;
    if (startGiven || (fromMinute === 0 && now < stamped + scenario.minuteSeconds)) return stamped;
    const { startTimestamp } = await this.conductor.change((run) =>
      movedTo(run, fromMinute, Math.max(stamped, now)),
    );
    return startTimestamp;
  }

  async end(): Promise<Scenario> {
    const trouble = this.putConfigBack();
    let relieved = false;
    const relief = reliefOf(await this.healthyScenario(), Date.now() / 1000);
    try {
      await this.conductor.relieve(relief);
      relieved = true;
    } catch (error) {
      this.output.line(`  not yet healed at run time (${messageOf(error)}); pulumi up heals it`);
    }
    try {
      // With a file that is not healed an update would break the shop once more.
      if (trouble !== null) throw trouble;
      await this.engine.up('demo: heal');
    } catch (error) {
      const ends = new Date(relief.expiresAt * 1000).toISOString();
      throw new Error(
        relieved
          ? `${messageOf(error)}. The shop is healed at run time, until ${ends} only: the stack itself still wants the outage`
          : messageOf(error),
        { cause: error },
      );
    }
    // An update that had nothing to change (the one before was killed early) has not ended it.
    await this.conductor.end(relief.runId);
    const { desired } = await this.conductor.readState();
    if (desired === null) throw new Error('the database has no desired scenario');
    return desired;
  }

  /** @returns why the file is not healed, which must not keep the shop from it; null when it is */
  private putConfigBack(): Error | null {
    const { target, configBefore } = this;
    try {
      this.output.line(
        `  ${configBefore === null ? ownConfig(target) : restoreConfig(target, configBefore)}`,
      );
      return null;
    } catch (error) {
      this.output.line(`  ✗ ${messageOf(error)}`);
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  }

  /** The healthy scenario that the stack's file means; where it can't be read, the one at the running shop's scale. */
  private async healthyScenario(): Promise<Scenario> {
    try {
      return normalScenario(loadScenarioConfig(this.target.config));
    } catch (error) {
      const { desired } = await this.conductor.readState();
      if (desired === null) throw error;
      const { scale, traffic, catalogRows, minuteSeconds } = desired;
      return normalScenario({
        traffic: { scale, baselineRpm: traffic.baselineRpm / scale },
        catalogRows,
        minuteSeconds,
      });
    }
  }

  hurry(): boolean {
    if (!this.engine.busy) return false;
    this.engine.cancel();
    return true;
  }
}

/** The keys that make the plan's outage, and those that would be in its way. */
export function configOf(
  { scenario, startGiven, override }: RunPlan,
  file: { demoStartTimestamp?: unknown },
): { values: Record<string, string>; removed: string[] } {
  return {
    values: {
      demoMode: scenario.mode,
      minuteSeconds: String(scenario.minuteSeconds),
      durationMinutes: String(scenario.durationMinutes),
      shownMinutes: String(scenario.shownMinutes),
      'traffic.scale': String(scenario.scale),
      ...(scenario.ablation === 'index' ? { 'indexes.idx_products_category': 'present' } : {}),
      ...(scenario.ablation === 'pool' ? { 'pool.max': String(presetOf('normal').pool.max) } : {}),
      ...(startGiven
        ? { demoStartTimestamp: String(Math.round(override.startTimestamp)) }
        : { startDelaySeconds: String(START_DELAY_SECONDS) }),
    },
    removed: !startGiven && file.demoStartTimestamp !== undefined ? ['demoStartTimestamp'] : [],
  };
}

/** The healthy scenario that a configuration means, whatever outage it names. */
function normalScenario({
  traffic,
  catalogRows,
  minuteSeconds,
}: Pick<ScenarioConfig, 'traffic' | 'catalogRows' | 'minuteSeconds'>): Scenario {
  return resolveScenario(
    {
      demoMode: 'normal',
      ...(traffic === undefined
        ? {}
        : {
            traffic: {
              ...(traffic.scale === undefined ? {} : { scale: traffic.scale }),
              ...(traffic.baselineRpm === undefined ? {} : { baselineRpm: traffic.baselineRpm }),
            },
          }),
      ...(catalogRows === undefined ? {} : { catalogRows }),
      ...(minuteSeconds === undefined ? {} : { minuteSeconds }),
    },
    { nowSeconds: 0, scaleDefault: 1 },
  );
}

/** An override row that heals until the configuration does. */
export function reliefOf(scenario: Scenario, now: number): Override {
  return healthyRun(scenario, {
    runId: `heal-${Math.round(now)}`,
    startedBy: 'cli',
    now,
    seconds: HEAL_SECONDS.cli,
  });
}
