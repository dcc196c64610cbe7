import { isDeepStrictEqual } from 'node:util';
import { ConfigError, describeFault, type ConfigFault } from '../../scenario/config/config-error';
import { DEFAULTS } from '../../scenario/config/limits';
import { ConfigFileError, readStackConfigFile, type StackConfig } from '../../scenario/config/config-file';
import { resolveScenario } from '../../scenario/resolve';
import { parseScenarioConfig } from '../../scenario/config/parse';
import type { ScenarioConfig } from '../../scenario/config/schema';
import { keptStart } from '../../scenario/start';
import { positionAt } from '../../scenario/timeline';
import type { Scenario } from '../../scenario/types';
import { LOCAL_SCALE, type StartOptions } from '../arguments';
import { EXIT, Refusal } from '../../machine/errors';
import { parseJson } from '../../machine/json';

/** A key of the stack that the command line sets too. */
interface Override {
  flag: string;
  /** Path of the key in the stack's values. */
  path: readonly [string] | readonly [string, string];
  value: string | number;
}

/** A stored run whose runner has been gone longer than this (s) is not taken up again by a new start. */
const LONGEST_ABSENCE_SECONDS = 120;

/**
 * The scenario of a stack file under the options of the command line. An option outranks the file until the file's
 * value of that key is changed: who edits the file while the shop runs means it.
 */
export class StackScenario {
  private overrides: Override[];
  private fromMinute: number | null;
  private fileValues: Record<string, unknown> | null = null;

  constructor(
    private readonly source: { projectDir: string; stack: string },
    options: Pick<StartOptions, 'mode' | 'minuteSeconds' | 'scale' | 'rows' | 'fromMinute'>,
  ) {
    this.fromMinute = options.fromMinute;
    const given: [flag: string, path: Override['path'], value: string | number | null][] = [
      ['--mode', ['demoMode'], options.mode],
      ['--minute-seconds', ['minuteSeconds'], options.minuteSeconds],
      ['--scale', ['traffic', 'scale'], options.scale],
      ['--rows', ['catalogRows'], options.rows],
    ];
    this.overrides = given.flatMap(([flag, path, value]) => (value === null ? [] : [{ flag, path, value }]));
  }

  /**
   * Reads the file and validates it with the options. Nothing is remembered when it throws.
   *
   * @returns config, and what to tell about options that no longer count
   * @throws Refusal (exit code 2) with every fault: file, line or option, key, value, what is allowed
   */
  read(): { config: ScenarioConfig; notes: string[] } {
    const file = readFile(this.source);
    const before = this.fileValues;
    const kept = before
      ? this.overrides.filter(({ path }) =>
          isDeepStrictEqual(valueAt(before, path), valueAt(file.values, path)),
        )
      : this.overrides;
    const config = parse(file, kept);
    const dropped = this.overrides.filter((override) => !kept.includes(override));
    this.overrides = kept;
    this.fileValues = file.values;
    if (this.fromMinute !== null && (config.demoMode ?? 'normal') === 'normal' && before === null) {
      throw new Refusal(
        `--from-minute ${String(this.fromMinute)}: normal mode has no minutes. ` +
          'Add --mode blackfriday, or set ecommerce-demo:demoMode in the stack file.',
        EXIT.usage,
      );
    }
    return {
      config,
      notes: dropped.map(
        ({ flag, path, value }) =>
          `${path.join('.')} was changed in the file: ${flag} ${String(value)} no longer counts`,
      ),
    };
  }

  /**
   * Resolves the config against what is stored. A run's start is stamped once: the stored one is kept while mode and
   * demoRun stay the same, except at a fresh start when that run is over or nobody ran it for two minutes.
   *
   * @param fresh null while the runner goes on; at its start how long nobody ran the shop (seconds; Infinity: never)
   * @returns the scenario to apply, and what to tell about its start
   * @throws Refusal for a config no outage can be made of
   */
  resolve(
    config: ScenarioConfig,
    stored: Scenario | null,
    nowSeconds: number,
    fresh: { absentSeconds: number } | null,
  ): { scenario: Scenario; notes: string[] } {
    const notes: string[] = [];
    const startTimestamp = this.startFor(config, stored, nowSeconds, fresh, notes);
    const effective = { ...config };
    if (this.fromMinute !== null) delete effective.demoStartTimestamp;
    try {
      const scenario = resolveScenario(effective, {
        nowSeconds,
        scaleDefault: LOCAL_SCALE,
        ...(startTimestamp === null ? {} : { startTimestamp }),
      });
      return { scenario, notes };
    } catch (error) {
      throw asRefusal(error, this.overrides);
    }
  }

  private startFor(
    config: ScenarioConfig,
    stored: Scenario | null,
    nowSeconds: number,
    fresh: { absentSeconds: number } | null,
    notes: string[],
  ): number | null {
    const mode = config.demoMode ?? 'normal';
    if (mode === 'normal') {
      // A later run begins at its beginning.
      this.fromMinute = null;
      return null;
    }
    if (this.fromMinute !== null && fresh !== null) {
      return nowSeconds - this.fromMinute * (config.minuteSeconds ?? DEFAULTS.minuteSeconds);
    }
    if (this.fromMinute === null && config.demoStartTimestamp !== undefined) return null;
    const kept = keptStart({ mode, demoRun: config.demoRun ?? 1 }, stored);
    if (stored === null || kept === null) {
      this.fromMinute = null;
      return null;
    }
    if (fresh !== null) {
      const position = positionAt({ scenario: stored, startTimestamp: kept, pausedAt: null }, nowSeconds);
      if (position.state === 'over') {
        notes.push('the last run is over: a new one begins');
        return null;
      }
      if (fresh.absentSeconds > LONGEST_ABSENCE_SECONDS) {
        notes.push('the last run was left long ago: a new one begins');
        return null;
      }
      notes.push(
        position.minute === null
          ? 'the run stored before goes on'
          : `the run stored before goes on at minute ${position.minute.toFixed(1)}`,
      );
    }
    return kept;
  }
}

function readFile(source: { projectDir: string; stack: string }): StackConfig {
  try {
    return readStackConfigFile(source);
  } catch (error) {
    if (error instanceof ConfigFileError) throw new Refusal(error.message, EXIT.usage);
    throw error;
  }
}

function parse(file: StackConfig, overrides: readonly Override[]): ScenarioConfig {
  let values: Record<string, unknown> = { ...file.values };
  for (const override of overrides) values = withValue(values, override);
  try {
    return parseScenarioConfig(values);
  } catch (error) {
    throw asRefusal(error, overrides, file);
  }
}

/** A config's faults as the user's: an option is named by its flag, a key of the file by its line. */
function asRefusal(error: unknown, overrides: readonly Override[], file?: StackConfig): Error {
  if (!(error instanceof ConfigError)) return error instanceof Error ? error : new Error(String(error));
  const lines = error.faults.map((fault) => {
    const override = overrides.find(({ path }) => path.join('.') === fault.key);
    if (override) return `${override.flag} ${String(override.value)}: ${fault.message}`;
    return place(fault, file) + describeFault(fault);
  });
  return new Refusal(lines.join('\n'), EXIT.usage);
}

function place(fault: ConfigFault, file: StackConfig | undefined): string {
  if (!file) return 'ecommerce-demo:';
  const line = file.lines[fault.key] ?? file.lines[fault.key.split(/[.[]/)[0] ?? ''];
  return `${file.file}${line === undefined ? '' : `:${String(line)}`}: ecommerce-demo:`;
}

/** The value at a path; a group may be given as JSON text, as `pulumi config set` writes it. */
function valueAt(values: Record<string, unknown>, [key, child]: Override['path']): unknown {
  const value = values[key];
  return child === undefined ? value : asGroup(value)[child];
}

function withValue(
  values: Record<string, unknown>,
  { path: [key, child], value }: Override,
): Record<string, unknown> {
  return { ...values, [key]: child === undefined ? value : { ...asGroup(values[key]), [child]: value } };
}

function asGroup(value: unknown): Record<string, unknown> {
  const group = typeof value === 'string' ? parseJson(value) : value;
  return typeof group === 'object' && group !== null && !Array.isArray(group)
    ? (group as Record<string, unknown>)
    : {};
}
