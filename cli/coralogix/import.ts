import type { FlowAlertRule } from '../../scenario/types';
import { Refusal } from '../../machine/errors';
import { at, textAt } from '../../machine/json';
import type { Output } from '../../machine/terminal';
import { ALERTS, DASHBOARDS, readAccount, VIEWS, type Known } from './account-state';
import { alertDefinitions, dashboardDefinition, flowAlertDefinition, viewDefinitions } from './definitions';
import { ManagementApi, type CoralogixAccount } from './management-api';

/**
 * Creates alerts, flow alert, dashboard and views, and replaces those of the same name: a second import changes
 * nothing but what was edited by hand.
 *
 * @param rule of the flow alert
 * @throws Refusal with the status, what was said, and what to do
 */
export async function importDefinitions(
  account: CoralogixAccount,
  rule: FlowAlertRule,
  output: Output,
): Promise<void> {
  const api = new ManagementApi(account);
  const known = await readAccount(api);
  const told = (kind: string, name: string, before: readonly Known[], id: string | null): void => {
    output.line(
      `  ✓ ${kind} "${name}" ${before.length === 0 ? 'created' : 'replaced'}${id === null ? '' : ` (${id})`}`,
    );
    const others = before.slice(1).map((other) => other.id);
    if (others.length > 0) output.line(`  ! more of that name: delete ${others.join(', ')} by hand`);
  };
  const put = async (request: { alertDefProperties: { name: string } }): Promise<string> => {
    const { name } = request.alertDefProperties;
    const before = known.alerts.get(name) ?? [];
    const [first] = before;
    const answer =
      first === undefined
        ? await api.call('POST', ALERTS, request)
        : await api.call('PUT', ALERTS, { ...request, id: first.id });
    const id = textAt(answer, 'alertDef', 'id') ?? first?.id;
    if (id === undefined) throw new Refusal(`Coralogix took the alert "${name}", but gave it no id.`);
    told('alert', name, before, id);
    return id;
  };
  const ids = new Map<string, string>();
  for (const { condition, request } of alertDefinitions(rule)) ids.set(condition, await put(request));
  await put(flowAlertDefinition(rule, (condition) => ids.get(condition) ?? ''));

  const dashboard = dashboardDefinition();
  const name = textAt(dashboard, 'dashboard', 'name') ?? '';
  const boards = known.dashboards.get(name) ?? [];
  const [board] = boards;
  if (board === undefined) await api.call('POST', DASHBOARDS, dashboard);
  else {
    const replaced = { ...(at(dashboard, 'dashboard') as Record<string, unknown>), id: board.id };
    await api.call('PUT', DASHBOARDS, { ...dashboard, dashboard: replaced });
  }
  told('dashboard', name, boards, null);

  for (const view of viewDefinitions()) {
    const before = known.views.get(view.name) ?? [];
    const [first] = before;
    if (first === undefined) await api.call('POST', VIEWS, view);
    else await api.call('PUT', `${VIEWS}/${encodeURIComponent(first.id)}`, view);
    told('view', view.name, before, null);
  }
}
