import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { at } from '../../machine/json';
import { presetOf } from '../../scenario/presets/all';
import { OUTAGES } from '../../scenario/types';
import {
  alertDefinitions,
  dashboardDefinition,
  flowAlertDefinition,
  policyDefinitions,
  viewDefinitions,
} from './definitions';

/** The parts of a JSON schema that the copy has; true takes anything. */
interface Schema {
  $ref?: string;
  oneOf?: (Schema | true)[];
  type?: string;
  enum?: string[];
  pattern?: string;
  required?: string[];
  properties?: Record<string, Schema | true>;
  additionalProperties?: Schema | boolean;
  items?: Schema | true;
}

const COPY = path.join(__dirname, '..', '..', '..', 'test', 'published', 'coralogix-openapi.json');
const published = JSON.parse(readFileSync(COPY, 'utf8')) as {
  requests: Record<string, Schema>;
  schemas: Record<string, Schema>;
};

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
};

/** What is wrong with a value, strictly: a field that the schema does not name is a fault. */
function faults(schema: Schema | boolean, value: unknown, where: string): string[] {
  if (typeof schema === 'boolean') return [];
  if (schema.$ref !== undefined) {
    const named = published.schemas[schema.$ref];
    return named === undefined ? [`${where}: no schema ${schema.$ref}`] : faults(named, value, where);
  }
  if (schema.oneOf) {
    const found = schema.oneOf.map((each) => faults(each, value, where));
    return found.some((each) => each.length === 0) ? [] : (found[0] ?? []);
  }
  if (schema.type !== undefined && TYPES[schema.type]?.(value) !== true)
    return [`${where}: no ${schema.type}`];
  if (schema.enum && !schema.enum.includes(String(value)))
    return [`${where}: ${String(value)} is none of the enum`];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value)))
    return [`${where}: pattern`];
  if (Array.isArray(value))
    return value.flatMap((each, index) => faults(schema.items ?? true, each, `${where}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  const { properties = {}, additionalProperties = false, required = [] } = schema;
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${where}: no ${name}`),
    ...Object.entries(value).flatMap(([name, each]) => {
      const known = properties[name] ?? additionalProperties;
      return known === false ? [`${where}: ${name} is no field`] : faults(known, each, `${where}.${name}`);
    }),
  ];
}

const REQUESTS: readonly (readonly [kind: string, request: unknown])[] = [
  ...OUTAGES.flatMap((mode) => {
    const rule = presetOf(mode).flowAlert;
    return [
      ...alertDefinitions(rule).map(({ request }) => ['alert', request] as const),
      ['alert', flowAlertDefinition(rule, (name) => `id of ${name}`)] as const,
    ];
  }),
  ['dashboard', dashboardDefinition()],
  ...viewDefinitions().map((view) => ['view', view] as const),
  ...policyDefinitions().map((policy) => ['policy', policy] as const),
];

describe("what is imported, against Coralogix' published OpenAPI description", () => {
  it('is valid, every field of it', () => {
    assert.ok(REQUESTS.length >= 20);
    for (const [kind, request] of REQUESTS)
      assert.deepEqual(faults(published.requests[kind] ?? assert.fail(kind), request, kind), []);
  });

  it('would not be with another word, type or field', () => {
    const [, alert] = REQUESTS[0] ?? assert.fail();
    const properties = at(alert, 'alertDefProperties') as Record<string, unknown>;
    for (const wrong of [{ priority: 'P1' }, { enabled: 'yes' }, { colour: 'red' }]) {
      const request = { alertDefProperties: { ...properties, ...wrong } };
      assert.notDeepEqual(faults(published.requests.alert ?? assert.fail(), request, 'alert'), []);
    }
  });
});
