import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { ConfigError, describeFault } from '../../scenario/config/config-error';
import { parseStackConfig, PROJECT_NAME } from '../../scenario/config/config-file';
import { parseScenarioConfig } from '../../scenario/config/parse';
import type { Lever } from '../../scenario/causes/cause';
import { messageOf } from '../../machine/errors';
import { at } from '../../machine/json';
import { writePrivateFile } from '../../machine/private-file';

const HEAD = `# The shop's stack file for this exercise, as it is deployed. Edit and save: a change is applied within two seconds.
# What the keys mean: docs/config.md.
`;

/** A longer one is not read: its keys are a dozen. */
const MOST_CHARACTERS = 64 * 1024;

/** What a stack file asks for: keys with dots that differ from what was deployed, or why it is not applied. */
export interface DeskConfig {
  changes: Record<string, Lever['value']>;
  fault: string | null;
}

/** The stack file of an exercise: what an operator sets, as deployed; whatever is the matter, the same keys are in it. */
export class DeskFile {
  readonly file: string;
  private text = '';

  constructor(
    folder: string,
    private readonly levers: readonly Lever[],
  ) {
    this.file = path.join(folder, 'Pulumi.exercise.yaml');
  }

  /** Writes it as deployed. */
  write(): void {
    const groups: Record<string, Record<string, unknown>> = {};
    for (const { key, value } of this.levers)
      groups[`${PROJECT_NAME}:${key[0]}`] = { ...groups[`${PROJECT_NAME}:${key[0]}`], [key[1]]: value };
    this.text = HEAD + stringify({ config: groups });
    writePrivateFile(this.file, this.text);
  }

  /** What a key was deployed with. */
  deployed(name: string): Lever['value'] | undefined {
    return this.levers.find(({ key }) => key.join('.') === name)?.value;
  }

  /** What it asks for; null while it is as at the last look. A file that is gone, or being written, is waited for. */
  look(): DeskConfig | null {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch {
      return null;
    }
    if (text === this.text || text.trim() === '') return null;
    this.text = text;
    try {
      return { changes: changesIn(text, this.levers, this.file), fault: null };
    } catch (error) {
      return { changes: {}, fault: messageOf(error) };
    }
  }
}

/**
 * What of a desk's file differs from what is deployed. A key that was taken out is as deployed.
 *
 * @throws ConfigFileError or ConfigError for broken YAML and values that are not allowed; Error for other keys
 */
export function changesIn(text: string, levers: readonly Lever[], file: string): DeskConfig['changes'] {
  if (text.length > MOST_CHARACTERS)
    throw new Error(
      `it has ${String(text.length)} characters: a stack file is shorter than ${String(MOST_CHARACTERS)}`,
    );
  const { values } = parseStackConfig(text, file);
  const known = new Set(levers.flatMap(({ key }) => [key[0], key.join('.')]));
  const foreign = Object.entries(values).flatMap(([name, value]) => {
    if (!known.has(name)) return [name];
    const members =
      name.includes('.') || typeof value !== 'object' || value === null ? [] : Object.keys(value);
    return members.map((member) => `${name}.${member}`).filter((each) => !known.has(each));
  });
  if (foreign.length > 0) {
    const allowed = levers.map(({ key }) => key.join('.')).join(', ');
    throw new Error(
      `${foreign.slice(0, 10).join(', ')}: not a key of this desk. Allowed are ${allowed}; indexes are made with psql.`,
    );
  }
  let config: unknown;
  try {
    config = parseScenarioConfig(values);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Error(error.faults.map(describeFault).join('; '), { cause: error });
  }
  const changes: DeskConfig['changes'] = {};
  for (const { key, value } of levers) {
    const given = at(config, ...key) as Lever['value'] | null;
    if (given !== null && given !== value) changes[key.join('.')] = given;
  }
  return changes;
}
