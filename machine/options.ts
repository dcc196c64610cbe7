import { lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT, messageOf, Refusal } from './errors';

/** Where a command's relative paths and default folders start. */
export interface Place {
  repositoryDir: string;
  /** The folder it was typed in (npm changes to the repository). */
  cwd: string;
}

/** The repository, seen from dist/machine. */
export const REPOSITORY = path.join(__dirname, '..', '..');

/** Where this process was started. */
export const here = (): Place => ({
  repositoryDir: REPOSITORY,
  cwd: process.env.INIT_CWD ?? process.cwd(),
});

/** One option of a command: how it is written, read, and described in `--help`. */
export interface Option<T> {
  /** Its name on the command line, without dashes; null: the key in its table, in kebab case. */
  readonly name: string | null;
  /** What stands for its value in `--help`; null for a flag. */
  readonly placeholder: string | null;
  readonly help: string;
  /** It may be given several times; it is read from all that was given, a line each. */
  readonly repeated?: boolean;
  /** Reads what was given, null where it was not. @throws NotAllowed saying what would be */
  readonly read: (given: string | null, flag: string, place: Place) => T;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;
/** What a table's options are read as, by their keys. */
export type ValuesOf<T> = { -readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never };

/** A value that an option does not take. `message` is what it must be. */
class NotAllowed extends Error {}

interface Described {
  /** Where it differs from the key. */
  name?: string;
  placeholder?: string;
  help: string;
  /** What counts when it is not given, where it has no `fallback` of its own: for `--help`. */
  otherwise?: string;
}

/** An option that is there or not. */
export function flag(help: string, name: string | null = null): Option<boolean> {
  return { name, placeholder: null, help, read: (given) => given !== null };
}

/** An option with a value. @param read throws `mustBe` for one that it does not take */
function valued<T, D>(
  spec: Described & { fallback: D },
  placeholder: string,
  read: (given: string, flag: string, place: Place) => T,
): Option<T | D> {
  const fallback = spec.fallback === null || Array.isArray(spec.fallback) ? null : String(spec.fallback);
  const otherwise = spec.otherwise ?? fallback;
  return {
    name: spec.name ?? null,
    placeholder: spec.placeholder ?? placeholder,
    help: `${spec.help}${otherwise === null ? '' : ` (default: ${otherwise})`}`,
    read: (given, name, place) => (given === null ? spec.fallback : read(given, name, place)),
  };
}

/** Refuses a value: `must be …`. */
function mustBe(what: string): never {
  throw new NotAllowed(what);
}

/** Bounds of a number; every one that is given counts. */
export interface NumberRule {
  /** What is counted, e.g. `demo minute`. */
  noun?: string;
  whole?: boolean;
  from?: number;
  above?: number;
  to?: number;
  /** One that is allowed, for the message. */
  example: number;
}

/**
 * Reads a number within bounds.
 *
 * @throws NotAllowed
 */
function readNumber(given: string, rule: NumberRule, example: string): number {
  const { whole = false, from = -Infinity, above = -Infinity, to = Infinity } = rule;
  const value = given.trim() === '' ? NaN : Number(given);
  if (Number.isFinite(value) && (!whole || Number.isSafeInteger(value))) {
    if (value >= from && value > above && value <= to) return value;
  }
  const lowest = rule.above !== undefined ? ` above ${String(above)}` : ` from ${String(from)}`;
  const highest =
    rule.to === undefined ? '' : rule.above === undefined ? ` to ${String(to)}` : `, at most ${String(to)}`;
  const open = rule.above === undefined && rule.to === undefined ? ' on' : '';
  return mustBe(
    `a ${whole ? 'whole ' : ''}${rule.noun ?? 'number'}${lowest}${highest}${open}, e.g. ${example}`,
  );
}

/** An option with a number. */
export function number<D extends number | null>(
  spec: Described & NumberRule & { fallback: D },
): Option<number | D> {
  return valued(spec, 'N', (given, name) => readNumber(given, spec, `${name} ${String(spec.example)}`));
}

/** An option with one of a few words. */
export function choice<T extends string, D extends T | null>(
  words: readonly T[],
  spec: Described & { fallback: D },
): Option<T | D> {
  return valued(
    spec,
    words.join('|'),
    (given) => words.find((word) => word === given) ?? mustBe(`one of ${words.join(', ')}`),
  );
}

/** An option with a text. @param spec.parse null for one that is not allowed; `allowed` says what is */
export function text<T, D>(
  spec: Described & { fallback: D; allowed: string; parse: (given: string) => T | null },
): Option<T | D> {
  return valued(spec, 'TEXT', (given) => spec.parse(given) ?? mustBe(spec.allowed));
}

/** An option that may be given several times. @param parse null for a value that is not allowed; `allowed` says what is */
export function list<T>(
  spec: Described & { allowed: string; parse: (given: string) => T | null },
): Option<T[]> {
  return {
    ...valued({ ...spec, fallback: [] as T[] }, 'TEXT', (given) =>
      given.split('\n').map((each) => spec.parse(each) ?? mustBe(spec.allowed)),
    ),
    repeated: true,
  };
}

/**
 * An option with a file, read as an absolute path; null when it is not given.
 *
 * @param spec.written it is one that the command makes or replaces: no folder, link or device; one that is read is no folder
 */
export function file(
  spec: Described & { allowed: string; written?: boolean; test?: (given: string) => boolean },
): Option<string | null> {
  return valued({ ...spec, fallback: null }, 'FILE', (given, _name, { cwd }) => {
    const place = path.resolve(cwd, given);
    const there = given === '' || given.endsWith('/') ? null : whatIs(place);
    const fits = there !== null && (spec.written === true ? there.isFile : !there.isFolder);
    return fits && (spec.test?.(given) ?? true) ? place : mustBe(spec.allowed);
  });
}

function whatIs(place: string): { isFile: boolean; isFolder: boolean } {
  try {
    const isFolder = statSync(place).isDirectory();
    return { isFile: lstatSync(place).isFile(), isFolder };
  } catch {
    // Not there yet, or not to be seen: whoever opens it says so.
    return { isFile: true, isFolder: false };
  }
}

/** The data folder of the local shop, by which a command and its shop find each other. */
export function dataFolderOption(help: string): Option<string> {
  return {
    name: 'data',
    placeholder: 'DIR',
    help: `${help} (default: .data in the repository)`,
    read: (given, _name, { repositoryDir, cwd }) => {
      if (given === null) return path.join(repositoryDir, '.data');
      // A variable that is unset would make it the folder one stands in.
      return given.trim() === '' ? mustBe('a folder, e.g. --data .data-2') : path.resolve(cwd, given);
    },
  };
}

/** A command line: its options, and everything `--help` says. */
export interface Command<T> {
  /** As it is typed behind `npm run`, with what `--` needs, e.g. `backup`. */
  name: string;
  /** What it does, in a sentence or two. */
  about: string;
  /** What stands behind the name in the usage line (default: `[options]`). */
  usage?: string;
  options: T;
  /** What stands below the options. */
  notes?: string;
  /** What is given without an option's name; without it nothing may be. `faultOf` gets its faults. */
  positionals?: boolean;
  /** Looks at the values together. @param refuse adds a fault: what was given, and what it must be */
  check?: (
    values: ValuesOf<T>,
    refuse: (key: string, value: string, mustBe: string) => void,
    positionals: readonly string[],
    given: ReadonlySet<string>,
  ) => void;
}

/** A command line, by the types of its own options. */
export const command = <T>(line: Command<T>): Command<T> => line;

/** What a command's options are read as. */
export type OptionsOf<C> = C extends Command<infer T> ? ValuesOf<T> : never;

const HELP = flag('this text');

/** How a command is called: `npm start --` or `npm run NAME --`. */
function callOf(name: string): string {
  return name === 'start'
    ? 'npm start --'
    : `npm run ${name.includes(' ') ? name.replace(' ', ' -- ') : `${name} --`}`;
}

/** The text of `--help`, made of the same table that is read. */
export function helpOf<T extends OptionTable>(command: Command<T>): string {
  const table = entries({ ...command.options, help: HELP });
  const lines = table.map(([flagName, { placeholder, help }]) => {
    const head = `  ${flagName}${placeholder === null ? '' : ` ${placeholder}`}`;
    const [first = '', ...more] = wrap(help, 95);
    // A long head gets a line of its own.
    const begin = head.length < 24 ? `${head.padEnd(25)}${first}` : `${head}\n${' '.repeat(25)}${first}`;
    return [begin, ...more.map((line) => `${' '.repeat(25)}${line}`)].join('\n');
  });
  return (
    [
      command.about,
      `Usage: ${callOf(command.name)} ${command.usage ?? '[options]'}`,
      lines.join('\n'),
      ...(command.notes === undefined ? [] : [command.notes]),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  );
}

/**
 * Reads a command line.
 *
 * @param argv without node and script
 * @returns null for `--help`
 * @throws Refusal (exit code 2) naming the option that does not exist, or listing every fault with key, value and what
 *   is allowed
 */
export function readCommand<T extends OptionTable>(
  command: Command<T>,
  argv: readonly string[],
  place: Place = here(),
): { values: ValuesOf<T>; positionals: string[] } | null {
  const table = entries(command.options);
  const { values: given, positionals } = parse(command, argv, table);
  if (given.help === true) return null;
  const faults: string[] = [];
  const refuse = (key: string, value: string, what: string): void => {
    faults.push(`${key}${value === '' ? '' : ` ${value}`}: must be ${what}`);
  };
  const read = table.map(([flagName, option, key]) => {
    const found = given[flagName.slice(2)];
    const value =
      found === undefined
        ? null
        : Array.isArray(found)
          ? found.join('\n')
          : typeof found === 'string'
            ? found
            : '';
    try {
      return [key, option.read(value, flagName, place)] as const;
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw error;
      refuse(flagName, value === null || value === '' ? '(empty)' : value, error.message);
      return [key, option.read(null, flagName, place)] as const;
    }
  });
  const values = Object.fromEntries(read) as ValuesOf<T>;
  command.check?.(values, refuse, positionals, new Set(Object.keys(given).map((name) => `--${name}`)));
  if (faults.length > 0) throw new Refusal(faults.join('\n'), EXIT.usage);
  return { values, positionals };
}

function parse(
  command: Pick<Command<OptionTable>, 'name' | 'positionals'>,
  argv: readonly string[],
  table: readonly [flagName: string, option: Option<unknown>, key: string][],
): { values: Record<string, unknown>; positionals: string[] } {
  const options = Object.fromEntries(
    table.map(([flagName, { placeholder, repeated = false }]) => [
      flagName.slice(2),
      { type: placeholder === null ? ('boolean' as const) : ('string' as const), multiple: repeated },
    ]),
  );
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: command.positionals ?? false,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new Refusal(
      `${messageOf(error).split(/\. |\.$/)[0] ?? ''}. All options: ${callOf(command.name)} --help`,
      EXIT.usage,
    );
  }
}

/** A table's options with their names on the command line, e.g. `--minute-seconds`. */
function entries(table: OptionTable): [flagName: string, option: Option<unknown>, key: string][] {
  return Object.entries(table).map(([key, option]) => [
    `--${option.name ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    option,
    key,
  ]);
}

/** A text in lines of at most `width` characters. */
function wrap(words: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
