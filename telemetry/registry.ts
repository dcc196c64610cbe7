import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/** Compiled, this file lies in dist/telemetry. */
const FOLDER = path.join(__dirname, '..', '..', 'telemetry');
const MANIFEST = 'manifest.yaml';

/** One value of an enumeration. */
export interface Member {
  value: string | number;
  brief?: string;
}

/** What an attribute is, wherever it is used. */
export interface Attribute {
  id: string;
  /** `string`, `int`, `double`, `boolean`, one of them with `[]`, or an enumeration. */
  type: string | { members: Member[] };
  brief: string;
  examples?: unknown[];
  deprecated?: { renamed_to?: string };
}

export type Level = 'required' | 'conditionally_required' | 'recommended' | 'opt_in';

/** What a group says of an attribute that it uses. */
export interface Use {
  level: Level;
  /** When it is required, if conditionally. */
  condition: string | null;
  /** What its values must fit, where the group knows more than the attribute's type. */
  pattern: RegExp | null;
}

/** Where a group's telemetry comes from: our own annotation. */
export interface Emitted {
  /** Instrumentation scope. */
  scope?: string;
  /** What a span's name fits. */
  name?: string;
  /** Services that send it. */
  by?: string;
  /** Severities of an event. */
  severity?: string[];
}

export interface Registry {
  schemaUrl: string;
  attributes: ReadonlyMap<string, Attribute>;
  groups: ReadonlyMap<string, Group>;
}

type RawLevel = Level | Partial<Record<Level, string>>;
interface RawUse extends Partial<Attribute> {
  ref?: string;
  requirement_level?: RawLevel;
  annotations?: { pattern?: string };
}
/** What a group says of itself, as its file has it. */
interface GroupFacts {
  id: string;
  type: 'attribute_group' | 'span' | 'metric' | 'event' | 'entity';
  brief: string;
  note?: string;
  display_name?: string;
  /** Of an event or an entity. */
  name?: string;
  span_kind?: string;
  metric_name?: string;
  instrument?: string;
  unit?: string;
}
interface RawGroup extends GroupFacts {
  extends?: string;
  annotations?: { emitted?: Emitted };
  attributes?: RawUse[];
}

/** A group of the registry, its attributes resolved: what it extends, then its own. */
export interface Group extends GroupFacts {
  emitted: Emitted;
  /** Attributes that it defines, rather than refers to. */
  defines: Attribute[];
  uses: ReadonlyMap<string, Use>;
}

/** The shop's own registry: its attributes and groups alone, with what they take from the convention resolved. */
export function readShopRegistry(): Registry {
  return readRegistry(path.join(FOLDER, 'registry'), readConvention());
}

/** The facts of OpenTelemetry's convention that the shop's registry builds on. */
export function readConvention(): Registry {
  return readRegistry(path.join(FOLDER, 'semantic-conventions'));
}

/**
 * Reads the YAML files of a folder, in the syntax of https://github.com/open-telemetry/weaver (definitions of version 1).
 * @throws Error for a group or attribute that is referred to and not there, or defined twice
 */
function readRegistry(folder: string, base?: Registry): Registry {
  const read = (name: string): unknown => parse(readFileSync(path.join(folder, name), 'utf8'));
  const raw = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && name !== MANIFEST)
    .sort()
    .flatMap((name) => (read(name) as { groups: RawGroup[] }).groups);
  const attributes = new Map<string, Attribute>();
  for (const { id, brief, type, ...rest } of raw.flatMap((group) => group.attributes ?? [])) {
    if (id === undefined || type === undefined || brief === undefined) continue;
    if (attributes.has(id) || base?.attributes.has(id)) throw new Error(`${id} is defined twice`);
    attributes.set(id, { ...rest, id, brief, type });
  }
  const groups = new Map<string, Group>();
  for (const { attributes: own = [], annotations, extends: parentId, ...group } of raw) {
    if (groups.has(group.id)) throw new Error(`${group.id} is defined twice`);
    const parent = groups.get(parentId ?? '') ?? base?.groups.get(parentId ?? '');
    if (parentId !== undefined && !parent) throw new Error(`${group.id}: there is no ${parentId}`);
    const uses = new Map(parent?.uses);
    for (const use of own) {
      const key = use.ref ?? use.id ?? '';
      if (!attributes.has(key) && !base?.attributes.has(key))
        throw new Error(`${group.id}: there is no ${key}`);
      uses.set(key, useOf(use, uses.get(key)));
    }
    const defines = own.flatMap(({ id }) => attributes.get(id ?? '') ?? []);
    groups.set(group.id, { ...group, emitted: annotations?.emitted ?? {}, defines, uses });
  }
  const { schema_url: schemaUrl } = read(MANIFEST) as { schema_url: string };
  return { schemaUrl, attributes, groups };
}

function useOf({ requirement_level: level, annotations }: RawUse, inherited: Use | undefined): Use {
  const pattern =
    annotations?.pattern === undefined ? (inherited?.pattern ?? null) : new RegExp(annotations.pattern);
  if (level === undefined)
    return { level: inherited?.level ?? 'recommended', condition: inherited?.condition ?? null, pattern };
  if (typeof level === 'string') return { level, condition: null, pattern };
  const [name, condition] =
    (Object.entries(level) as [Level, string][])[0] ?? (['recommended', null] as const);
  return { level: name, condition, pattern };
}
