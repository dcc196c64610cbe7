import type * as pulumi from '@pulumi/pulumi';
import type { Client } from 'pg';
import { carryOut, type Plan } from '../../scenario/sql/plan';
import { keptStart, runIdOf, stampStart } from '../../scenario/start';
import type { Scenario } from '../../scenario/types';
import { canonical, changedInputs, withDatabase, type DatabaseInputs } from './inputs';
import { rowFields, type RowFields, type ScenarioDocument } from './row-fields';

export interface StateInputs extends DatabaseInputs, RowFields {
  /** In words: when minute 0 is. */
  start: string;
  /** Minute 0 of the config (Unix seconds); null: stamped when the mode is entered, or there is none. */
  startTimestamp: number | null;
  /** From entering a demo mode to minute 0 (seconds). */
  startDelaySeconds: number;
  /** The scenario's document as JSON; its fields stand beside it. */
  document: string;
  sql: {
    /** Makes a document the desired one. */
    plan: Plan;
    /** The desired document, column `document`. */
    readDesired: string;
    /** Unix seconds where the shop runs, column `now`. */
    clock: string;
  };
}

export interface StateOutputs extends StateInputs {
  /** Minute 0 as applied (Unix seconds); null in normal mode. */
  stampedStart: number | null;
  runId: string;
}

/** Minute 0: config's; else the one stamped before, while mode and demoRun stay; else now, by the shop's clock, and the delay. */
async function startOf(
  client: Client,
  inputs: StateInputs,
  before: StateOutputs | null,
): Promise<number | null> {
  if (inputs.mode === 'normal') return null;
  if (inputs.startTimestamp !== null) return inputs.startTimestamp;
  const stamped = before?.volume === inputs.volume && before.startTimestamp === null ? before : null;
  const kept = keptStart(inputs, stamped && { ...stamped, startTimestamp: stamped.stampedStart });
  if (kept !== null) return kept;
  const { rows } = await client.query<{ now: number }>(inputs.sql.clock);
  return stampStart(rows[0]?.now ?? Date.now() / 1000, inputs.startDelaySeconds);
}

async function applyState(inputs: StateInputs, before: StateOutputs | null): Promise<StateOutputs> {
  const document = JSON.parse(inputs.document) as ScenarioDocument;
  return await withDatabase(inputs.login, async (client) => {
    const stampedStart = await startOf(client, inputs, before);
    const runId = runIdOf(inputs, stampedStart);
    await carryOut(client, inputs.sql.plan, {
      document: JSON.stringify({ ...document, startTimestamp: stampedStart, runId }),
    });
    return { ...inputs, stampedStart, runId };
  });
}

/** The desired row, in Pulumi's provider process. */
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
    let stored: Scenario | undefined;
    try {
      const { rows } = await withDatabase(props.login, (client) =>
        client.query<{ document: Scenario }>(props.sql.readDesired),
      );
      stored = rows[0]?.document;
    } catch {
      return { id, props };
    }
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
        runId,
        start: `someone else's: run ${runId}`,
      },
    };
  },
};
