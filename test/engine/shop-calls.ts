import { z } from 'zod';
import { SERVICE_NAMES } from '../../services/catalog';

/** Calls of a deployed shop, through its NodePorts. */

/** The twelve services of the shop: all but the console, which shows them. */
export const SHOP_SERVICES = SERVICE_NAMES.filter((name) => name !== 'console');

const cohort = z.looseObject({ requests: z.number(), errors: z.number() });
const traffic = z.object({ baseline: cohort, demo: cohort });
const summarySchema = z.looseObject({
  scenario: z.looseObject({ mode: z.string(), runId: z.string(), minute: z.number().nullable() }),
  windows: z.looseObject({
    last10s: z.looseObject({ traffic }),
    last60s: z.looseObject({ services: z.record(z.string(), z.unknown()) }),
  }),
  run: z
    .looseObject({ runId: z.string(), minutes: z.array(z.looseObject({ minute: z.number(), traffic })) })
    .nullable(),
});
export type Summary = z.infer<typeof summarySchema>;

async function post(url: string, json: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(json),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, body: await response.json() };
}

/** A person's browse. */
export function browse(shopUrl: string) {
  return post(`${shopUrl}/api/browse`, { category: 'electronics' });
}

/** A person's checkout. */
export function checkOut(shopUrl: string, name: string) {
  return post(`${shopUrl}/api/checkout`, {
    user_id: name,
    cart_id: name,
    items: [{ product_id: 7, quantity: 1 }],
  });
}

/** What the console sees. */
export async function summaryOf(consoleUrl: string): Promise<Summary> {
  const response = await fetch(`${consoleUrl}/api/summary`, { signal: AbortSignal.timeout(15_000) });
  return summarySchema.parse(await response.json());
}
