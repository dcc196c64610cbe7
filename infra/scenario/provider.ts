import type * as pulumi from '@pulumi/pulumi';
import type { Login } from '../postgres/answers';
import { rowFields, type RowFields, type ScenarioDocument } from './row-fields';

/**
 * What Pulumi's provider process does for the scenario state. The functions are serialised with the resources and run
 * where there is no ts-node: they take SQL text as inputs, and modules only by `require` inside.
 */

/** One connection's query function. */
type Query = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

/* eslint-disable @typescript-eslint/no-require-imports */

/** One connection for the time of `work`. */
async function withLogin<T>(login: Login, work: (query: Query) => Promise<T>): Promise<T> {
  const { Client } = require('pg') as typeof import('pg');
  const client = new Client({
    host: login.host,
    port: login.port,
    user: login.user,
    password: login.password,
    database: login.database,
    connectionTimeoutMillis: 5000,
    application_name: 'pulumi',
    ssl: { ca: login.ca, checkServerIdentity: () => undefined },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `PostgreSQL at ${login.host}:${String(login.port)} cannot be reached as ${login.user}: ${reason}. ` +
        'Is its pod running (kubectl get pods), and does that port answer from here? Then run pulumi up again.',
      { cause: error },
    );
  }
  try {
    return await work(async (text, values) => {
      const { rows } = await client.query<Record<string, unknown>>(text, values);
      return rows;
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** JSON with sorted keys: what two documents are compared by. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Names of the inputs that differ; SQL text follows the program's version and changes nothing by itself. */
function changedInputs(olds: object, news: object): string[] {
  const before = olds as Record<string, unknown>;
  return Object.entries(news).flatMap(([name, value]) =>
    name.startsWith('__') || name === 'sql' || canonical(before[name]) === canonical(value) ? [] : [name],
  );
}

// --- one index ---------------------------------------------------------------------------------------------------

/** What is there: `invalid` is the left-over of an interrupted build. */
export type FoundIndexState = 'present' | 'absent' | 'invalid';

export interface IndexInputs {
  login: Login;
  /** Changes when the database is a new one. */
  volume: string;
  index: string;
  state: FoundIndexState;
  sql: {
    /** One row per known index: name, valid. */
    states: string;
    create: string;
    drop: string;
    tryLock: string;
    unlock: string;
    /** Ends a running override: the configuration counts again. */
    endOverride: string;
    /** Sets the storage profile to healthy, before a build. */
    healStorage: string;
  };
}

async function findIndex(query: Query, inputs: IndexInputs): Promise<FoundIndexState> {
  const rows = await query(inputs.sql.states);
  const found = rows.find((row) => row.name === inputs.index);
  if (!found) return 'absent';
  return found.valid === true ? 'present' : 'invalid';
}

async function applyIndex(inputs: IndexInputs): Promise<void> {
  const { setTimeout: delay } = require('node:timers/promises') as typeof import('node:timers/promises');
  await withLogin(inputs.login, async (query) => {
    if ((await findIndex(query, inputs)) === inputs.state) return;
    // First of all, so that the console's conductor has nothing left to do when the lock is free.
    await query(inputs.sql.endOverride);
    // Polled: a statement that waits holds a snapshot, which CREATE INDEX CONCURRENTLY would wait for.
    const deadline = Date.now() + 120_000;
    while ((await query(inputs.sql.tryLock))[0]?.locked !== true) {
      if (Date.now() > deadline) {
        throw new Error(
          `${inputs.index}: another applier (console, demo, a second pulumi up) has held the index lock for two minutes. ` +
            "See select * from pg_locks where locktype = 'advisory'; then run pulumi up again.",
        );
      }
      await delay(100);
    }
    try {
      const found = await findIndex(query, inputs);
      if (found === 'invalid') await query(inputs.sql.drop);
      if (inputs.state === 'absent') {
        if (found === 'present') await query(inputs.sql.drop);
      } else if (found !== 'present') {
        await query(inputs.sql.healStorage);
        await query(inputs.sql.create);
      }
    } finally {
      await query(inputs.sql.unlock).catch(() => undefined);
    }
  });
}

export const indexProvider: pulumi.dynamic.ResourceProvider<IndexInputs, IndexInputs> = {
  async create(inputs) {
    await applyIndex(inputs);
    return { id: inputs.index, outs: inputs };
  },
  async diff(_id, olds, news) {
    const changed = changedInputs(olds, news);
    return Promise.resolve({
      changes: changed.length > 0,
      replaces: changed.includes('index') ? ['index'] : [],
    });
  },
  async update(_id, _olds, news) {
    await applyIndex(news);
    return { outs: news };
  },
  /** What is really there, so that a refresh shows drift. While the database is away, what was known. */
  async read(id, props) {
    if (!props) return { id };
    try {
      const state = await withLogin(props.login, (query) => findIndex(query, props));
      return { id, props: { ...props, state } };
    } catch {
      return { id, props };
    }
  },
};

// --- the scenario row --------------------------------------------------------------------------------------------

export interface StateInputs extends RowFields {
  login: Login;
  volume: string;
  /** In words: when minute 0 is. */
  start: string;
  /** Minute 0 of the config (Unix seconds); null: stamped when the mode is entered, or there is none. */
  startTimestamp: number | null;
  /** From entering a demo mode to minute 0 (seconds). */
  startDelaySeconds: number;
  /** The scenario's document as JSON; its fields stand beside it. */
  document: string;
  sql: {
    endOverride: string;
    /** Storage profile of the document $1. */
    writeStorage: string;
    /** Desired document $1. */
    writeDesired: string;
    /** The desired document, column `document`. */
    readDesired: string;
  };
}

export interface StateOutputs extends StateInputs {
  /** Minute 0 as applied (Unix seconds); null in normal mode. */
  stampedStart: number | null;
  runId: string;
}

/** Minute 0: config's; else the one stamped before, while mode and demoRun stay; else now and the delay. */
function startOf(inputs: StateInputs, before: StateOutputs | null): number | null {
  if (inputs.mode === 'normal') return null;
  if (inputs.startTimestamp !== null) return inputs.startTimestamp;
  const same =
    before !== null &&
    before.volume === inputs.volume &&
    before.startTimestamp === null &&
    before.mode === inputs.mode &&
    before.demoRun === inputs.demoRun;
  if (same && before.stampedStart !== null) return before.stampedStart;
  return Math.ceil(Date.now() / 1000) + inputs.startDelaySeconds;
}

async function applyState(inputs: StateInputs, before: StateOutputs | null): Promise<StateOutputs> {
  const stampedStart = startOf(inputs, before);
  const { mode, demoRun } = inputs;
  const runId =
    stampedStart === null ? mode : `${mode}-${String(demoRun)}-${String(Math.round(stampedStart))}`;
  const document = JSON.parse(inputs.document) as ScenarioDocument;
  const text = JSON.stringify({ ...document, startTimestamp: stampedStart, runId });
  await withLogin(inputs.login, async (query) => {
    // All or nothing: an engine killed in between must not leave one mode's storage with another one's scenario.
    await query('begin');
    await query(inputs.sql.endOverride);
    await query(inputs.sql.writeStorage, [text]);
    await query(inputs.sql.writeDesired, [text]);
    await query('commit');
  });
  return { ...inputs, stampedStart, runId };
}

export const stateProvider: pulumi.dynamic.ResourceProvider<StateInputs, StateOutputs> = {
  async create(inputs) {
    return { id: 'desired', outs: await applyState(inputs, null) };
  },
  async diff(_id, olds, news) {
    return Promise.resolve({ changes: changedInputs(olds, news).length > 0 });
  },
  async update(_id, olds, news) {
    return { outs: await applyState(news, olds) };
  },
  /** What is really stored, so that a refresh shows drift; a row that is gone is made again. */
  async read(id, props) {
    if (!props) return { id };
    let rows: Record<string, unknown>[];
    try {
      rows = await withLogin(props.login, (query) => query(props.sql.readDesired));
    } catch {
      return { id, props };
    }
    const stored = rows[0]?.document as (ScenarioDocument & Record<string, unknown>) | undefined;
    if (!stored) return {};
    const { startTimestamp, runId, ...document } = stored;
    const same =
      canonical(document) === canonical(JSON.parse(props.document)) &&
      startTimestamp === props.stampedStart &&
      runId === props.runId;
    if (same) return { id, props };
    return {
      id,
      props: {
        ...props,
        ...rowFields(document),
        document: JSON.stringify(document),
        stampedStart: typeof startTimestamp === 'number' ? startTimestamp : null,
        runId: String(runId),
        start: `someone else's: run ${String(runId)}`,
      },
    };
  },
};

// --- the verification --------------------------------------------------------------------------------------------

export interface VerificationInputs {
  login: Login;
  volume: string;
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
  sql: { states: string };
}

/** GET of a JSON document. */
function getJson(url: string): Promise<unknown> {
  const http = require('node:http') as typeof import('node:http');
  return new Promise((resolve, reject) => {
    const request = http.get(url, { timeout: 3000 }, (response) => {
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
          reject(new Error(`${url} answered ${String(response.statusCode)}, not JSON`));
        }
      });
    });
    request.on('timeout', () => {
      request.destroy(new Error(`${url} does not answer within 3 s`));
    });
    request.on('error', reject);
  });
}

/** The text of an error. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

async function brokenIndexes(inputs: VerificationInputs): Promise<string[]> {
  const rows = await withLogin(inputs.login, (query) => query(inputs.sql.states));
  return Object.entries(inputs.indexes).flatMap(([name, wanted]) => {
    const row = rows.find((candidate) => candidate.name === name);
    const found = row ? (row.valid === true ? 'present' : 'invalid') : 'absent';
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
        : `POOL: product-catalog's recommendation pool has ${String(max)} connections, the scenario wants ${String(inputs.poolMax)}: it does not follow. kubectl logs deployment/product-catalog`,
    ];
  } catch (error) {
    return [
      `CONSOLE: ${inputs.consoleUrl}: ${reasonOf(error)}. kubectl get pods -l app.kubernetes.io/name=console; is that port open from here?`,
    ];
  }
}

async function verify(inputs: VerificationInputs): Promise<void> {
  const { setTimeout: delay } = require('node:timers/promises') as typeof import('node:timers/promises');
  const deadline = Date.now() + inputs.timeoutSeconds * 1000;
  for (;;) {
    const broken = [
      ...(await brokenIndexes(inputs)),
      ...(await blindLoadGenerator(inputs)),
      ...(await blindCatalog(inputs)),
    ];
    if (broken.length === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        [
          `The scenario was applied, but within ${String(inputs.timeoutSeconds)} s not everything followed:`,
          ...broken.map((line) => `  ${line}`),
          'Until it holds, each pulumi up tries again and fails with what is left.',
        ].join('\n'),
      );
    }
    await delay(500);
  }
}

export const verificationProvider: pulumi.dynamic.ResourceProvider<VerificationInputs, VerificationInputs> = {
  async create(inputs) {
    await verify(inputs);
    return { id: 'verification', outs: inputs };
  },
  async diff(_id, olds, news) {
    return Promise.resolve({ changes: changedInputs(olds, news).length > 0 });
  },
  async update(_id, _olds, news) {
    await verify(news);
    return { outs: news };
  },
};
