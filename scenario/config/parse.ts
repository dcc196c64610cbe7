import { scenarioFaults } from '../feasibility';
import { ConfigError, type ConfigFault } from './config-error';
import { json } from './key-documentation';
import { BOOK, DEPLOYMENT_KEYS, isGroup, scenarioConfigSchema, type ScenarioConfig } from './schema';

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
  const nested: Record<string, unknown> = {};
  // Whole keys first, so that a dotted one meets its group wherever it stands in the file.
  const entries = Object.entries(raw).sort(([a], [b]) => Number(a.includes('.')) - Number(b.includes('.')));
  for (const [name, value] of entries) {
    const [groupName, member, ...deeper] = name.split('.');
    if (groupName === undefined || member === undefined || deeper.length > 0 || !isGroup(groupName)) {
      nested[name] = value;
      continue;
    }
    const existing = json(nested[groupName] ?? {});
    if (typeof existing !== 'object' || existing === null || Array.isArray(existing)) continue;
    if (member in existing) {
      faults.push({ key: name, value, message: `given twice, here and in \`${groupName}\`: remove one` });
    }
    nested[groupName] = { ...existing, [member]: value };
  }
  return nested;
}
