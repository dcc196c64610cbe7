import { Refusal } from '../../machine/errors';
import { at, listAt, numberAt, textAt } from '../../machine/json';
import type { ManagementApi } from './management-api';

export const ALERTS = '/alerts/alerts/v3';
export const DASHBOARDS = '/dashboards/dashboards/v1';
export const VIEWS = '/data-exploration/views/v1/views';

/** One thing of the account, as its list has it. */
export interface Known {
  id: string;
  /** Of an alert without its id; of a dashboard hardly more than its name. */
  definition: unknown;
}

/**
 * How a page's token may be spelled in the query: the API's description has an object named `pagination` and does not
 * say how it is written. Each is tried until the list goes on.
 */
const TOKEN_SPELLINGS = ['pagination.pageToken', 'pagination[pageToken]', 'pageToken'];

/**
 * Reads what the account has, by name; of a name there may be several.
 *
 * @throws Refusal when a list has more pages than can be had: an import would make what is there a second time
 */
export async function readAccount(api: ManagementApi) {
  const dashboards = listAt(await api.call('GET', `${DASHBOARDS}/catalog/list`), 'items');
  const views = listAt(await api.call('GET', VIEWS), 'views');
  return {
    alerts: byName(await allAlerts(api), 'alertDefProperties'),
    dashboards: byName(dashboards),
    views: byName(views),
  };
}

/** Every alert of the account, page by page. */
async function allAlerts(api: ManagementApi): Promise<unknown[]> {
  const first = await api.call('GET', ALERTS);
  const alerts = new Map<string, unknown>();
  /** Adds a page. Returns whether it brought anything new. */
  const add = (page: unknown): boolean => {
    const before = alerts.size;
    for (const alert of listAt(page, 'alertDefs')) alerts.set(textAt(alert, 'id') ?? '', alert);
    return alerts.size > before;
  };
  add(first);
  let token = textAt(first, 'pagination', 'nextPageToken');
  let spellings = TOKEN_SPELLINGS;
  while (token !== null && token !== '') {
    let page: unknown = null;
    const wanted: string = token;
    for (const spelling of spellings) {
      page = await api.call('GET', `${ALERTS}?${encodeURIComponent(spelling)}=${encodeURIComponent(wanted)}`);
      if (add(page)) {
        spellings = [spelling];
        break;
      }
      page = null;
    }
    if (page === null) {
      throw new Refusal(
        `Coralogix has more alerts than the ${alerts.size} of its list's first pages, and the next page was not to be had: nothing was changed. Import by hand (docs/coralogix.md).`,
      );
    }
    token = textAt(page, 'pagination', 'nextPageToken');
  }
  return [...alerts.values()];
}

/** @param key under which an item has its definition; else it is one itself */
function byName(items: readonly unknown[], ...key: string[]): Map<string, Known[]> {
  const found = new Map<string, Known[]>();
  for (const item of items) {
    const definition = at(item, ...key);
    const name = textAt(definition, 'name');
    // Views have numbers.
    const id = textAt(item, 'id') ?? numberAt(item, 'id')?.toString() ?? null;
    if (name === null || id === null) continue;
    found.set(name, [...(found.get(name) ?? []), { id, definition }]);
  }
  return found;
}
