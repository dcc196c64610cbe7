import type * as pulumi from '@pulumi/pulumi';
import { reasonOf } from '../postgres/login';
import { changedInputs, withDatabase, type DatabaseInputs } from './inputs';

export interface VerificationInputs extends DatabaseInputs {
  /** Run the services have to see. */
  runId: string;
  indexes: Record<string, string>;
  /** Total size of the recommendation pool, over all replicas of product-catalog. */
  poolMax: number;
  /** Base URLs, from this machine. */
  shopUrl: string;
  consoleUrl: string;
  /** How long the promise may take to hold (seconds). */
  timeoutSeconds: number;
  /** One row per known index: name, state. */
  sql: { states: string };
}

/** GET of a JSON document. */
function getJson(url: string): Promise<unknown> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const http = require('node:http') as typeof import('node:http');
  return new Promise((resolve, reject) => {
    // Node's own agent would go by a proxy under NODE_USE_ENV_PROXY; PostgreSQL is reached without one, too.
    const request = http.get(url, { timeout: 3000, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve(JSON.parse(text));
        } catch {
          reject(new Error(`${url} answered ${response.statusCode}, not JSON`));
        }
      });
    });
    request.on('timeout', () => {
      request.destroy(new Error(`${url} does not answer within 3 s`));
    });
    request.on('error', reject);
  });
}

async function brokenIndexes(inputs: VerificationInputs): Promise<string[]> {
  const { rows } = await withDatabase(inputs.login, (client) =>
    client.query<{ name: string; state: string }>(inputs.sql.states),
  );
  return Object.entries(inputs.indexes).flatMap(([name, wanted]) => {
    const found = rows.find((row) => row.name === name)?.state ?? 'absent';
    if (found === wanted) return [];
    return [
      `INDEX: ${name} is ${found}, the scenario wants it ${wanted}. Someone changed it meanwhile: ` +
        'pulumi refresh --yes && pulumi up --yes',
    ];
  });
}

/** The load generator's requests carry the run to the frontend, whose health tells the last one it saw. */
async function blindLoadGenerator(inputs: VerificationInputs): Promise<string[]> {
  try {
    const health = (await getJson(`${inputs.shopUrl}/health`)) as { scenario?: { run_id?: unknown } };
    const seen = health.scenario?.run_id;
    if (seen === inputs.runId) return [];
    return [
      `LOAD: the shop's last request belongs to run ${String(seen)}, not ${inputs.runId}: the load generator does not follow. ` +
        'kubectl logs statefulset/load-generator',
    ];
  } catch (error) {
    return [
      `LOAD: ${inputs.shopUrl}/health: ${reasonOf(error)}. kubectl get pods -l app.kubernetes.io/name=frontend; is that port open from here?`,
    ];
  }
}

/** product-catalog's own metrics tell the size its pool has, by way of collector and console. */
async function blindCatalog(inputs: VerificationInputs): Promise<string[]> {
  try {
    const summary = (await getJson(`${inputs.consoleUrl}/api/summary?minute_services=false`)) as {
      pools?: { service: string; pool: string; max: number | null }[];
    };
    const pools = (summary.pools ?? []).filter(
      ({ service, pool }) => service === 'product-catalog' && pool === 'recommendation',
    );
    const max = pools.reduce((sum, pool) => sum + (pool.max ?? 0), 0);
    if (pools.length > 0 && max === inputs.poolMax) return [];
    return [
      pools.length === 0
        ? `POOL: the console has no metrics of product-catalog's pool. kubectl logs deployment/collector deployment/product-catalog`
        : `POOL: product-catalog's recommendation pool has ${max} connections, the scenario wants ${inputs.poolMax}: it does not follow. kubectl logs deployment/product-catalog`,
    ];
  } catch (error) {
    return [
      `CONSOLE: ${inputs.consoleUrl}: ${reasonOf(error)}. kubectl get pods -l app.kubernetes.io/name=console; is that port open from here?`,
    ];
  }
}

/** What of the promise does not hold just now. */
async function brokenPromises(inputs: VerificationInputs): Promise<string[]> {
  return [
    ...(await brokenIndexes(inputs)),
    ...(await blindLoadGenerator(inputs)),
    ...(await blindCatalog(inputs)),
  ];
}

async function verify(inputs: VerificationInputs): Promise<void> {
  const deadline = Date.now() + inputs.timeoutSeconds * 1000;
  for (;;) {
    const broken = await brokenPromises(inputs);
    if (broken.length === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        [
          `The scenario was applied, but within ${inputs.timeoutSeconds} s not everything followed:`,
          ...broken.map((line) => `  ${line}`),
          'Until it holds, each pulumi up tries again and fails with what is left.',
        ].join('\n'),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The proof that everything follows, in Pulumi's provider process. */
export const verificationProvider: pulumi.dynamic.ResourceProvider<VerificationInputs, VerificationInputs> = {
  async create(inputs) {
    await verify(inputs);
    return { id: 'verification', outs: inputs };
  },
  async diff(_id, olds, news) {
    if (changedInputs(olds, news).length > 0) return { changes: true };
    // State may say that all is there while there is no shop at all: the shop itself is asked, each time.
    const broken = await brokenPromises(news).catch((error: unknown) => [reasonOf(error)]);
    return { changes: broken.length > 0 };
  },
  async update(_id, _olds, news) {
    await verify(news);
    return { outs: news };
  },
};
