import { serviceEntry, type ServiceName } from '../../services/catalog';
import { getJson, postJson } from '../../machine/http';
import { messageOf } from '../../machine/errors';
import { textAt } from '../../machine/json';
import { look, type Patience } from '../observation/look';
import type { Finding } from './check';
import { checked, type CheckContext } from './context';

const TIMEOUT_MS = 5000;

/** One route of each kind the shop lives by. A POST is sent without content: it is refused (400), and changes nothing. */
export const ROUTES: readonly (readonly [ServiceName, 'GET' | 'POST', string])[] = [
  ['frontend', 'POST', '/api/browse'],
  ['frontend', 'POST', '/api/checkout'],
  ['frontend', 'GET', '/api/products'],
  ['product-catalog', 'GET', '/products'],
  ['product-catalog', 'GET', '/products/recommendations'],
  ['product-catalog', 'GET', '/products/low-stock'],
  ['recommendation', 'POST', '/recommend'],
  ['currency', 'GET', '/convert'],
  ['cart', 'GET', '/cart/validate'],
  ['ad-service', 'GET', '/ads'],
  ['checkout', 'POST', '/orders/create'],
  ['payment', 'POST', '/api/payment/process'],
  ['shipping', 'POST', '/calculate'],
  ['inventory', 'POST', '/reservations'],
  ['inventory', 'GET', '/stock/1'],
  ['notification', 'GET', '/notifications/1'],
  ['load-generator', 'GET', '/admin/traffic-stats'],
  ['console', 'GET', '/api/summary'],
];

/** Every route is there: whatever it answers, it is not "no such route". */
export async function checkRoutes(context: Pick<CheckContext, 'target' | keyof Patience>): Promise<Finding> {
  return checked(
    context,
    async () => look(true, await missingRoutes(context.target)),
    () => `${ROUTES.length} routes answer`,
  );
}

async function missingRoutes(target: CheckContext['target']): Promise<string[]> {
  const problems = await Promise.all(
    ROUTES.map(async ([service, method, path]) => {
      try {
        const url = new URL(path, await target.serviceUrl(service)).href;
        const { status, body } = await (method === 'GET'
          ? getJson(url, {
              timeoutMs: TIMEOUT_MS,
              ...(serviceEntry(service).adminToken ? { token: target.adminToken } : {}),
            })
          : postJson(url, {}, { timeoutMs: TIMEOUT_MS }));
        // An unknown cart or product is a 404 too, with another reason.
        const reason = textAt(body, 'reason');
        return status === 404 && (reason === 'not-found' || reason === null)
          ? [`${service} answers 404 to ${method} ${path}`]
          : [];
      } catch (error) {
        return [`${service} does not answer to ${method} ${path} (${messageOf(error)})`];
      }
    }),
  );
  return problems.flat();
}
