import type { z } from 'zod';
import type { ConfigFault } from './config-error';
import { json, keyDocumentation, type KeyDocumentation } from './key-documentation';
import { didYouMean } from './suggestion';

type Issue = z.core.$ZodIssue;
type Shape = Readonly<Record<string, z.ZodType>>;

/** What a book of keys is made of. */
export interface KeyBookPages {
  /** Keys at the top. */
  shape: Shape;
  /** Members of the keys that are groups. */
  groups: Readonly<Record<string, Shape>>;
  /** Fields of the items of the keys that are lists of objects. */
  lists: Readonly<Record<string, Shape>>;
  /** Keys that are valid elsewhere: suggested for a typo, not listed. */
  otherKeys: readonly string[];
}

/** The keys of one schema: turns zod's issues into faults in the words of this config, and lists all keys. */
export class KeyBook {
  constructor(private readonly pages: KeyBookPages) {}

  /** One zod issue in the words of this config. */
  faultsOf(issue: Issue, config: Readonly<Record<string, unknown>>): ConfigFault[] {
    const path = issue.path;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((name) => {
        const fullPath = [...path, name];
        return {
          key: showPath(fullPath),
          value: valueAt(config, fullPath),
          message: this.unknownKey(path, name),
        };
      });
    }
    const value = valueAt(config, path);
    const documentation = this.documentationAt(path);
    const missing = value === undefined && documentation?.default === 'required';
    const allowed =
      documentation === null ? `an object with ${this.knownKeys(path).join(', ')}` : documentation.allowed;
    const near =
      issue.code === 'invalid_value' && typeof value === 'string'
        ? didYouMean(value, issue.values.map(String))
        : null;
    // A check that knows more than the documentation says so itself.
    const own = issue.code === 'custom' ? ` (${issue.message})` : '';
    const hint = near === null ? '' : `: did you mean \`${near}\`?`;
    return [
      {
        key: showPath(path),
        value,
        message: `${missing ? 'is missing: ' : ''}must be ${allowed}${own}${hint}`,
      },
    ];
  }

  /** Every key with its documentation, in the order of the schema: `traffic.scale`, `curve[].rpm`. */
  documentedKeys(): { key: string; documentation: KeyDocumentation }[] {
    const { shape, groups, lists } = this.pages;
    const paths: PropertyKey[][] = [];
    for (const name of Object.keys(shape)) {
      const members = groups[name];
      if (members) paths.push(...Object.keys(members).map((member) => [name, member]));
      else paths.push([name]);
      const fields = lists[name];
      if (fields) paths.push(...Object.keys(fields).map((field) => [name, 0, field]));
    }
    return paths.flatMap((path) => {
      const documentation = this.documentationAt(path);
      return documentation === null ? [] : [{ key: showPath(path).replace('[0]', '[]'), documentation }];
    });
  }

  private unknownKey(path: readonly PropertyKey[], name: string): string {
    const known = this.knownKeys(path);
    const prefix = path.length === 0 ? '' : `${showPath(path)}.`;
    // A key of a group that was written at the top is as likely a slip as a typo.
    const elsewhere =
      path.length === 0
        ? Object.entries(this.pages.groups).flatMap(([groupName, members]) =>
            Object.hasOwn(members, name) ? [`${groupName}.${name}`] : [],
          )
        : [];
    const near =
      elsewhere[0] ?? didYouMean(name, path.length === 0 ? [...known, ...this.pages.otherKeys] : known);
    const hint = near === null ? '' : `: did you mean \`${elsewhere.length > 0 ? near : prefix + near}\`?`;
    return `unknown key${hint}${hint === '' ? ';' : ''} allowed: ${known.join(', ')}`;
  }

  private knownKeys(path: readonly PropertyKey[]): string[] {
    const head = path[0];
    if (head === undefined) return Object.keys(this.pages.shape);
    if (typeof head !== 'string') return [];
    return Object.keys(this.pages.lists[head] ?? this.pages.groups[head] ?? {});
  }

  /** Documentation of the key at a path; null for a group or a whole item. */
  private documentationAt(path: readonly PropertyKey[]): KeyDocumentation | null {
    const [head, second, third] = path;
    if (typeof head !== 'string') return null;
    const fields = this.pages.lists[head];
    const members = this.pages.groups[head];
    let schema: z.ZodType | undefined;
    if (fields && second !== undefined) schema = typeof third === 'string' ? fields[third] : undefined;
    else if (members) schema = typeof second === 'string' ? members[second] : undefined;
    else schema = this.pages.shape[head];
    return (schema && keyDocumentation.get(schema)) ?? null;
  }
}

function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : (index > 0 ? '.' : '') + String(part)))
    .join('');
}

function valueAt(config: unknown, path: readonly PropertyKey[]): unknown {
  let value = config;
  for (const part of path) {
    value = json(value);
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
