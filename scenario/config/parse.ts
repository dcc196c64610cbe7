import { scenarioFaults } from '../feasibility';
import { ConfigError, type ConfigFault } from './config-error';
import { json } from './key-documentation';
import { DEPLOYMENT_KEYS } from './deployment';
import { BOOK, isGroup, scenarioConfigSchema, type ScenarioConfig } from './schema';

/**
 * Validates a stack's config (keys without namespace; a key with dots, as `pulumi config set traffic.scale 0.5`
 * writes it without `--path`, counts as a path). Keys of a deployment are left out of the result.
 *
 * @throws ConfigError with every fault: unknown keys, wrong types, values out of range, impossible curves.
 */
export function parseScenarioConfig(raw: Readonly<Record<string, unknown>>): ScenarioConfig {
  const faults: ConfigFault[] = [];
  const nested = nestDottedKeys(raw, faults);
  const own = Object.fromEntries(Object.entries(nested).filter(([name]) => !DEPLOYMENT_KEYS.includes(name)));
  const result = scenarioConfigSchema.safeParse(own);
  if (!result.success) {
    for (const issue of result.error.issues) faults.push(...BOOK.faultsOf(issue, own));
  } else {
    faults.push(...scenarioFaults(result.data, {}));
  }
  if (!result.success || faults.length > 0) throw new ConfigError(faults);
  return result.data;
}

function nestDottedKeys(
  raw: Readonly<Record<string, unknown>>,
  faults: ConfigFault[],
): Record<string, unknown> {
  const keys = Object.entries(raw).map(([name, value]) => ({ name, value, place: placeInGroup(name) }));
  // Whole keys first, so that a dotted one meets its group wherever it stands in the file. Made of entries, `__proto__` is
  // a key like any other, and refused.
  const nested: Record<string, unknown> = Object.fromEntries(
    keys.flatMap(({ name, value, place }) => (place ? [] : [[name, value] as const])),
  );
  for (const { name, value, place } of keys) {
    if (place === null) continue;
    const { group, member } = place;
    const existing = json(nested[group] ?? {});
    if (typeof existing !== 'object' || existing === null || Array.isArray(existing)) continue;
    if (member in existing) {
      faults.push({ key: name, value, message: `given twice, here and in \`${group}\`: remove one` });
    }
    nested[group] = { ...existing, [member]: value };
  }
  return nested;
}

/** Where a key with a dot belongs; null for any other. */
function placeInGroup(name: string): { group: string; member: string } | null {
  const [group, member, ...deeper] = name.split('.');
  return group === undefined || member === undefined || deeper.length > 0 || !isGroup(group)
    ? null
    : { group, member };
}
