import { alertDefinitions, dashboardDefinition, flowAlertDefinition, viewDefinitions } from './definitions';
import type { FlowAlertRule } from '../../scenario/types';
import { messageOf, Refusal } from '../../machine/errors';
import { at, listAt, textAt } from '../../machine/json';
import type { Output } from '../../machine/terminal';

const TIMEOUT_MS = 20_000;

/** What the importer does with the account. */
export interface CoralogixAccount {
  /** e.g. `https://api.eu2.coralogix.com/mgmt/openapi/5`. */
  baseUrl: string;
  /** With the presets Alerts, Dashboards and (for the views) Data exploration. */
  apiKey: string;
}

/** Base URL of the management API of a domain. */
export function managementUrl(domain: string): string {
  return `https://api.${domain}/mgmt/openapi/5`;
}

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
  const known = new Map(
    listAt(await api.call('GET', '/alerts/alerts/v3'), 'alertDefs').map((alert) => [
      textAt(alert, 'alertDefProperties', 'name') ?? '',
      textAt(alert, 'id') ?? '',
    ]),
  );
  const put = async (request: { alertDefProperties: { name: string } }): Promise<string> => {
    const { name } = request.alertDefProperties;
    const id = known.get(name);
    const answer =
      id === undefined
        ? await api.call('POST', '/alerts/alerts/v3', request)
        : await api.call('PUT', '/alerts/alerts/v3', { ...request, id });
    const found = textAt(answer, 'alertDef', 'id') ?? id;
    if (found === undefined) throw new Refusal(`Coralogix took the alert "${name}", but gave it no id.`);
    output.line(`  ✓ alert "${name}" ${id === undefined ? 'created' : 'replaced'} (${found})`);
    return found;
  };
  const ids = new Map<string, string>();
  for (const { condition, request } of alertDefinitions(rule)) ids.set(condition, await put(request));
  await put(flowAlertDefinition(rule, (condition) => ids.get(condition) ?? ''));
  await importDashboard(api, output);
  await importViews(api, output);
}

async function importDashboard(api: ManagementApi, output: Output): Promise<void> {
  const request = dashboardDefinition();
  const name = textAt(request, 'dashboard', 'name') ?? '';
  const catalog = listAt(await api.call('GET', '/dashboards/dashboards/v1/catalog/list'), 'items');
  const known = catalog.find((item) => textAt(item, 'name') === name);
  if (known === undefined) {
    await api.call('POST', '/dashboards/dashboards/v1', request);
    output.line(`  ✓ dashboard "${name}" created`);
    return;
  }
  const dashboard = { ...(at(request, 'dashboard') as Record<string, unknown>), id: textAt(known, 'id') };
  await api.call('PUT', '/dashboards/dashboards/v1', { ...request, dashboard });
  output.line(`  ✓ dashboard "${name}" replaced`);
}

async function importViews(api: ManagementApi, output: Output): Promise<void> {
  const known = listAt(await api.call('GET', '/data-exploration/views/v1/views'), 'views').map((view) =>
    textAt(view, 'name'),
  );
  for (const view of viewDefinitions()) {
    if (known.includes(view.name)) {
      output.line(`  – view "${view.name}" is there`);
      continue;
    }
    await api.call('POST', '/data-exploration/views/v1/views', view);
    output.line(`  ✓ view "${view.name}" created`);
  }
}

/** Calls of the management API, with errors that say what to do. */
class ManagementApi {
  constructor(private readonly account: CoralogixAccount) {}

  async call(method: 'GET' | 'POST' | 'PUT', path: string, json?: unknown): Promise<unknown> {
    const { baseUrl, apiKey } = this.account;
    let response: Response;
    try {
      response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new Refusal(
        `${baseUrl} does not answer (${messageOf(error)}): is the domain right, e.g. --domain eu2.coralogix.com?`,
      );
    }
    const text = await response.text();
    if (!response.ok) {
      throw new Refusal(
        `Coralogix answers ${response.status} to ${method} ${path}: ${text.slice(0, 300) || 'no reason'}. ${remedyOf(response.status)}`,
      );
    }
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return null;
    }
  }
}

function remedyOf(status: number): string {
  if (status === 401)
    return 'CORALOGIX_API_KEY must be a personal or team API key of this domain, no send-your-data key.';
  if (status === 403) return 'Give the API key the presets Alerts, Dashboards and Data Querying.';
  if (status === 429) return 'Too many requests: try again in a minute.';
  return 'What was created so far stays; a second import goes on from there.';
}
