import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Pair } from 'yaml';
import { ConfigError } from './config-error';
import { parseScenarioConfig } from './parse';
import type { ScenarioConfig } from './schema';

/** The Pulumi project's name: its keys are `ecommerce-demo:<key>` in a stack file. */
export const PROJECT_NAME = 'ecommerce-demo';

/** Where a stack's config is: a file, or a stack of a project folder (`Pulumi.<stack>.yaml`). */
export type StackConfigSource = string | { projectDir: string; stack: string };

/** A stack file that can't be read or isn't a stack file. The message has file, line and remedy. */
export class ConfigFileError extends Error {
  readonly file: string;
  /** From 1; null where no line is to blame. */
  readonly line: number | null;

  constructor(file: string, line: number | null, message: string) {
    super(`${file}${line === null ? '' : `:${line}`}: ${message}`);
    this.name = 'ConfigFileError';
    this.file = file;
    this.line = line;
  }
}

export interface StackConfig {
  file: string;
  /** The project's keys without namespace, as found. Secrets are left out. */
  values: Record<string, unknown>;
  /** Line (from 1) of each key. */
  lines: Record<string, number>;
}

/** Whether it can be a stack's name: then its file is one of the project's folder, and no other path. */
export function isStackName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name);
}

/** Path of a stack's file. @throws ConfigFileError for what cannot be a stack's name */
export function stackConfigPath(source: StackConfigSource): string {
  if (typeof source === 'string') return source;
  const { projectDir, stack } = source;
  if (!isStackName(stack))
    throw new ConfigFileError(projectDir, null, `${JSON.stringify(stack)} cannot be a stack's name`);
  return join(projectDir, `Pulumi.${stack}.yaml`);
}

/**
 * Reads the project's config from a stack file; other namespaces, `secure:` values and everything beside `config:`
 * (`encryptionsalt`, …) are skipped.
 *
 * @throws ConfigFileError for a missing file, broken YAML (with its line), or a file of another shape.
 */
export function readStackConfigFile(source: StackConfigSource): StackConfig {
  const file = stackConfigPath(source);
  return parseStackConfig(readText(file), file);
}

/**
 * Reads and validates the scenario keys of a stack file.
 *
 * @throws ConfigFileError as `readStackConfigFile`; ConfigError with the lines of the keys.
 */
export function loadScenarioConfig(source: StackConfigSource): ScenarioConfig {
  const { file, values, lines } = readStackConfigFile(source);
  try {
    return parseScenarioConfig(values);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const located = error.faults.map((fault) => {
      const line = lines[fault.key] ?? lines[fault.key.split(/[.[]/)[0] ?? ''];
      return line === undefined ? fault : { ...fault, line };
    });
    throw new ConfigError(located, file);
  }
}

function readText(file: string): string {
  if (!existsSync(file)) {
    throw new ConfigFileError(file, null, `there is no such stack file; ${otherStacks(file)}`);
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigFileError(
      file,
      null,
      `can't be read (${messageOf(error)}): check that it is a file you may read`,
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function otherStacks(file: string): string {
  const folder = dirname(file);
  const stacks = existsSync(folder)
    ? readdirSync(folder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    : [];
  if (stacks.length === 0) return `write ${basename(file)}, or start in the project's folder`;
  return `stacks here: ${stacks.sort().join(', ')}`;
}

/** Parses a stack file's text; `file` is for messages. */
export function parseStackConfig(text: string, file: string): StackConfig {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new ConfigFileError(file, lineAt(broken.pos[0]), `broken YAML: ${broken.message}`);
  }
  const nothing: StackConfig = { file, values: {}, lines: {} };
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return nothing;
  if (!isMap(root)) throw new ConfigFileError(file, 1, 'must be a map with the key `config`');
  const config = root.items.find((pair) => keyOf(pair) === 'config')?.value;
  if (config === undefined || config === null || (isScalar(config) && config.value === null)) return nothing;
  if (!isMap(config)) {
    throw new ConfigFileError(
      file,
      lineOf(config, lineAt),
      `\`config\` must be a map of \`${PROJECT_NAME}:<key>: <value>\``,
    );
  }
  const keys: { name: string; value: unknown; line: number }[] = [];
  for (const pair of config.items) {
    const line = lineOf(pair.key, lineAt) ?? 1;
    const fullName = keyOf(pair);
    // Pulumi's old form is <namespace>:config:<key>.
    const [, namespace, name] = /^([^:]+):(?:config:)?(.+)$/.exec(fullName) ?? [];
    if (namespace === undefined || name === undefined) {
      const message = `the key \`${fullName}\` has no namespace: write \`${PROJECT_NAME}:${fullName}\``;
      throw new ConfigFileError(file, line, message);
    }
    if (namespace !== PROJECT_NAME) continue;
    let value: unknown;
    try {
      value = withoutSecrets((isNode(pair.value) ? pair.value.toJS(document) : pair.value) as unknown);
    } catch (error) {
      // An alias that leads nowhere, to itself, or to far too much.
      throw new ConfigFileError(file, line, `broken YAML: \`${fullName}\`: ${messageOf(error)}`);
    }
    if (value === SECRET) continue;
    keys.push({ name, value, line });
  }
  // Made of entries, `__proto__` is a key like any other, and refused; assigned, it would vanish.
  return {
    file,
    values: Object.fromEntries(keys.map(({ name, value }) => [name, value])),
    lines: Object.fromEntries(keys.map(({ name, line }) => [name, line])),
  };
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function lineOf(node: unknown, lineAt: (offset: number) => number): number | null {
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return offset === undefined ? null : lineAt(offset);
}

const SECRET = Symbol('a secret, encrypted in the file');

/** A value without its encrypted parts: `{secure: …}` is a secret, at any depth. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets).filter((item) => item !== SECRET);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === 'secure') return SECRET;
  return Object.fromEntries(
    entries
      .map(([name, item]) => [name, withoutSecrets(item)] as const)
      .filter(([, item]) => item !== SECRET),
  );
}

/** The keys of one namespace as an engine tells them, without its name: the project's own, or a provider's (`aws:region`). */
export function keysOfNamespace<T>(all: Readonly<Record<string, T>>, namespace: string): Record<string, T> {
  const prefix = `${namespace}:`;
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}
