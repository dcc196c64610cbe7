import { readFileSync } from 'node:fs';
import { ablationOf } from '../../scenario/causes/all';
import { loadScenarioConfig, parseStackConfig, stackConfigPath } from '../../scenario/config/config-file';
import { parseScenarioConfig } from '../../scenario/config/parse';
import { presetOf } from '../../scenario/presets/all';
import type { Override, Scenario } from '../../scenario/types';
import type { Conductor } from '../target/conductor';
import { ownConfig, restoreConfig } from './config-before';
import { messageOf, Refusal } from '../../machine/errors';
import type { Intent } from '../control/intent';
import type { Output } from '../../machine/terminal';
import { healthyRun, movedTo } from '../../scenario/override/change';
import { HEAL_SECONDS } from '../../scenario/override/lease';
import { healthyScenario } from '../../scenario/override/start';
import { normalScenario } from '../target/normal-scenario';
import { LEAD_SECONDS, startOf, type RunPlan } from '../run/run-plan';
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

  /**
   * @param inPlace waits until the services are what a scenario wants
   * @param now Unix seconds
   */
  constructor(
    private readonly conductor: Pick<Conductor, 'begin' | 'heal' | 'change'>,
    private readonly inPlace: (scenario: Scenario) => Promise<void> = () => Promise.resolve(),
    private readonly now: () => number = () => Date.now() / 1000,
  ) {}

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * A run that is to begin later than with minute 0 begins there all the same, and jumps when the outage is complete: what
   * would have gathered by then is brought about by whoever would hold it.
   */
  async begin(plan: RunPlan): Promise<RunPlan> {
    const { conductor, now } = this;
    const { fromMinute, startGiven, override, scenario } = plan;
    if (fromMinute === 0) {
      await conductor.begin(override);
      return plan;
    }
    await conductor.begin(movedTo(override, 0, now() + LEAD_SECONDS));
    await this.inPlace(scenario);
    const at = startGiven ? startOf(plan, fromMinute) : Math.ceil(now() + LEAD_SECONDS);
    const { startTimestamp } = await conductor.change((run) => movedTo(run, fromMinute, at));
    return { ...plan, override: { ...override, startTimestamp } };
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

/** What of the engine an outage by configuration needs. */
export type OutageEngine = Pick<StackEngine, 'configure' | 'up' | 'busy' | 'cancel'>;

/**
 * By the stack's configuration and `pulumi up`, as a person would. The heal first takes effect at run time, within a
 * second, by an override row with the healthy scenario; then configuration and state follow.
 */
export class ConfigOutage implements Outage {
  readonly how = 'config';
  readonly configBefore: string | null;
  private engine: OutageEngine | null = null;

  /**
   * @param openEngine called when the engine is needed: a heal at run time is done without
   * @param before the stack file's text before a run that was left open, null where this machine doesn't know it; of a
   *   run that is still to begin the text is as it is now
   */
  constructor(
    private readonly target: Pick<Target, 'config' | 'stack'>,
    private readonly openEngine: () => Promise<OutageEngine>,
    private readonly conductor: Pick<Conductor, 'readState' | 'change' | 'relieve' | 'end'>,
    private readonly output: Output,
    before: string | null = readFileSync(stackConfigPath(target.config), 'utf8'),
  ) {
    this.configBefore = before;
  }

  /** An update that would also build an image and roll out pods must not do so in the middle of a show. */
  async prepare(): Promise<void> {
    this.output.line(`Updating stack ${this.target.stack} before anything is broken`);
    await this.up('demo: up to date');
  }

  async begin(plan: RunPlan): Promise<RunPlan> {
    const { values, removed } = outageKeys(plan, loadScenarioConfig(this.target.config));
    this.output.line(
      `  pulumi config set --stack ${this.target.stack}: ${Object.entries(values)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`,
    );
    this.engine ??= await this.openEngine();
    await this.engine.configure(values, removed);
    await this.up(`demo: run of ${plan.scenario.mode}`);
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

  /** First the shop, whatever is wrong with file, engine or disk; then the file, and the stack's state. */
  async end(): Promise<Scenario> {
    const { relief, done } = await this.relieve();
    try {
      // With a file that is not healed an update would break the shop once more.
      const { target, configBefore } = this;
      this.output.line(
        `  ${configBefore === null ? ownConfig(target) : restoreConfig(target, configBefore)}`,
      );
      await this.up('demo: heal');
    } catch (error) {
      throw done && relief !== null ? stillWanted(error, relief.expiresAt) : error;
    }
    // An update that had nothing to change (the one before was killed early) has not ended it.
    if (relief !== null) await this.conductor.end(relief.runId);
    const { desired } = await this.conductor.readState();
    if (desired === null) throw new Error('the database has no desired scenario');
    return desired;
  }

  private async up(message: string): Promise<void> {
    this.engine ??= await this.openEngine();
    await this.engine.up(message);
  }

  /** Heals at run time. Never rejects: `pulumi up` heals, too. @returns the row, where it came so far */
  private async relieve(): Promise<{ relief: Override | null; done: boolean }> {
    let relief: Override | null = null;
    try {
      relief = reliefOf(await this.healthyScenario(), Date.now() / 1000);
      await this.conductor.relieve(relief);
      return { relief, done: true };
    } catch (error) {
      this.output.line(`  not yet healed at run time (${messageOf(error)}); pulumi up heals it`);
      return { relief, done: false };
    }
  }

  /** The healthy scenario that the stack's file means, as it was before the run; else the one at the running shop's scale. */
  private async healthyScenario(): Promise<Scenario> {
    const { target, configBefore } = this;
    try {
      const config =
        configBefore === null
          ? loadScenarioConfig(target.config)
          : parseScenarioConfig(parseStackConfig(configBefore, stackConfigPath(target.config)).values);
      // A stack's scale is 1 where its file sets none.
      return normalScenario(config, 0, 1);
    } catch (error) {
      const { desired } = await this.conductor.readState();
      if (desired === null) throw error;
      return healthyScenario(desired, 0);
    }
  }

  hurry(): boolean {
    if (this.engine?.busy !== true) return false;
    this.engine.cancel();
    return true;
  }
}

/** The shop is well for now, the stack is not; what is to be done is the error's own to say. */
function stillWanted(error: unknown, expiresAt: number): Error {
  const text =
    `${messageOf(error)}. The shop is healed at run time, until ${new Date(expiresAt * 1000).toISOString()} only: ` +
    'the stack itself still wants the outage';
  return error instanceof Refusal ? new Refusal(text, error.exitCode) : new Error(text, { cause: error });
}

/** The keys that make the plan's outage, and those that would be in its way. */
export function outageKeys(
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
      ...ablationOf(scenario.ablation)?.config(presetOf(scenario.mode).causes),
      ...(startGiven
        ? { demoStartTimestamp: String(Math.round(override.startTimestamp)) }
        : { startDelaySeconds: String(START_DELAY_SECONDS) }),
    },
    removed: !startGiven && file.demoStartTimestamp !== undefined ? ['demoStartTimestamp'] : [],
  };
}

/** An override row that heals until the configuration does. @param now Unix seconds */
export function reliefOf(scenario: Scenario, now: number): Override {
  return healthyRun(scenario, {
    runId: `heal-${Math.round(now)}`,
    startedBy: 'cli',
    now,
    seconds: HEAL_SECONDS.cli,
  });
}
