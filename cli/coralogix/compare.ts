import type { FlowAlertRule } from '../../scenario/types';
import { at, textAt } from '../../machine/json';
import type { Output } from '../../machine/terminal';
import { DASHBOARDS, readAccount, type Known } from './account-state';
import { alertDefinitions, dashboardDefinition, flowAlertDefinition, viewDefinitions } from './definitions';
import { ManagementApi, type CoralogixAccount } from './management-api';

/** Differences that are printed of one definition. */
const SHOWN = 5;

/**
 * Where what is there is not what is wanted: `path: there → wanted`. What the account adds of its own (ids, times,
 * authors) is no difference.
 */
export function differences(wanted: unknown, there: unknown, path = ''): string[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(there) || there.length !== wanted.length)
      return [`${path}: ${shown(there)} → ${shown(wanted)}`];
    return wanted.flatMap((each, index) => differences(each, there[index], `${path}[${index}]`));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    return Object.entries(wanted).flatMap(([key, value]) =>
      differences(value, at(there, key), path === '' ? key : `${path}.${key}`),
    );
  }
  // Protobuf's JSON leaves out what has its default, and writes 64-bit integers as text.
  if (there === null && (wanted === false || wanted === 0 || wanted === '')) return [];
  return String(wanted) === String(there) ? [] : [`${path}: ${shown(there)} → ${shown(wanted)}`];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/**
 * Compares what is in the account with what an import would put there, and changes nothing.
 *
 * @returns whether they are the same
 * @throws Refusal with the status, what was said, and what to do
 */
export async function checkDefinitions(
  account: CoralogixAccount,
  rule: FlowAlertRule,
  output: Output,
): Promise<boolean> {
  const api = new ManagementApi(account);
  const known = await readAccount(api);
  let same = true;
  const tell = (kind: string, name: string, found: readonly Known[], wanted: unknown): void => {
    const [first, ...others] = found;
    const faults =
      first === undefined
        ? ['is not there: npm run coralogix creates it']
        : [
            ...differences(wanted, first.definition),
            ...(others.length > 0 ? [`is there ${found.length} times: delete all but ${first.id}`] : []),
          ];
    output.line(`  ${faults.length === 0 ? '✓' : '✗'} ${kind} "${name}"`);
    for (const fault of faults.slice(0, SHOWN)) output.line(`      ${fault}`);
    if (faults.length > SHOWN) output.line(`      and ${faults.length - SHOWN} more`);
    same &&= faults.length === 0;
  };
  const ids = new Map<string, string>();
  for (const { condition, request } of alertDefinitions(rule)) {
    const { name } = request.alertDefProperties;
    const found = known.alerts.get(name) ?? [];
    ids.set(condition, found[0]?.id ?? '');
    tell('alert', name, found, request.alertDefProperties);
  }
  const flow = flowAlertDefinition(rule, (condition) => ids.get(condition) ?? '').alertDefProperties;
  tell('alert', flow.name, known.alerts.get(flow.name) ?? [], flow);

  const board = at(dashboardDefinition(), 'dashboard');
  const boardName = textAt(board, 'name') ?? '';
  const boards = await Promise.all(
    (known.dashboards.get(boardName) ?? []).map(async ({ id }) => ({
      id,
      definition: at(await api.call('GET', `${DASHBOARDS}/${encodeURIComponent(id)}`), 'dashboard'),
    })),
  );
  tell('dashboard', boardName, boards, board);
  for (const view of viewDefinitions()) tell('view', view.name, known.views.get(view.name) ?? [], view);
  return same;
}
