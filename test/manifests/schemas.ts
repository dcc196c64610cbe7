import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Definition {
  properties?: Record<string, unknown>;
  additionalProperties?: unknown;
  format?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

/**
 * Makes kubeconform's strict schemas of a cluster's OpenAPI document (`kubectl get --raw /openapi/v2`), for machines
 * that can't download them: one file for each kind, and one with all definitions.
 *
 * @returns the pattern for `-schema-location`
 */
export function writeSchemas(openApiFile: string, folder: string): string {
  const { definitions } = JSON.parse(readFileSync(openApiFile, 'utf8')) as {
    definitions: Record<string, Definition>;
  };
  mkdirSync(folder, { recursive: true });
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, strictly(definition)]),
  );
  writeFileSync(path.join(folder, 'definitions.json'), JSON.stringify({ definitions: strict }));
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
      const parts = [kind, ...(group === '' ? [] : [group.split('.')[0]]), version];
      const file = path.join(folder, `${parts.join('-').toLowerCase()}.json`);
      writeFileSync(file, JSON.stringify({ $ref: `definitions.json#/definitions/${name}` }));
    }
  }
  return path.join(folder, '{{.ResourceKind}}{{.KindSuffix}}.json');
}

/** No property but those that are known; numbers where the document says "string, or a whole number". */
function strictly(definition: Definition): unknown {
  if (definition.format === 'int-or-string') return { oneOf: [{ type: 'string' }, { type: 'integer' }] };
  if (!definition.properties || definition.additionalProperties !== undefined) return definition;
  const properties = JSON.parse(
    JSON.stringify(definition.properties).replaceAll('"#/definitions/', '"definitions.json#/definitions/'),
  ) as Record<string, unknown>;
  return { ...definition, properties, additionalProperties: false };
}
