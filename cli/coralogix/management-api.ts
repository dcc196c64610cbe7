import { messageOf, Refusal } from '../../machine/errors';
import { parseJson } from '../../machine/json';
import { askOutside, type OutsideAnswer } from '../../machine/outside';
import { proxyHint } from '../../machine/proxy';

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

/** Calls of the management API, with errors that say what to do. */
export class ManagementApi {
  constructor(private readonly account: CoralogixAccount) {}

  /** @throws Refusal with the status, what was said, and what to do */
  async call(method: 'GET' | 'POST' | 'PUT', path: string, json?: unknown): Promise<unknown> {
    const { baseUrl, apiKey } = this.account;
    let response: OutsideAnswer;
    try {
      response = await askOutside(`${baseUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      const reason = messageOf(error);
      throw new Refusal(
        `${baseUrl} does not answer (${reason}${proxyHint(baseUrl, reason)}): is the domain right, e.g. --domain eu2.coralogix.com?`,
      );
    }
    const { text } = response;
    if (!response.ok) {
      throw new Refusal(
        `Coralogix answers ${response.status} to ${method} ${path}: ${text.slice(0, 300) || 'no reason'}. ${remedyOf(response.status)}`,
      );
    }
    return parseJson(text);
  }
}

function remedyOf(status: number): string {
  if (status === 401)
    return 'CORALOGIX_API_KEY must be a personal or team API key of this domain, no send-your-data key.';
  if (status === 403) return 'Give the API key the presets Alerts, Dashboards and Data Querying.';
  if (status === 429) return 'Too many requests: try again in a minute.';
  return 'What was created so far stays; a second import goes on from there.';
}
