import type * as pulumi from '@pulumi/pulumi';
import { carryOut, type Plan } from '../../scenario/sql/plan';
import { keptStart, runIdOf, stampStart } from '../../scenario/start';
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
  const stamped = before?.volume === inputs.volume && before.startTimestamp === null ? before : null;
  return (
    keptStart(inputs, stamped && { ...stamped, startTimestamp: stamped.stampedStart }) ??
    stampStart(Date.now() / 1000, inputs.startDelaySeconds)
  );
}

async function applyState(inputs: StateInputs, before: StateOutputs | null): Promise<StateOutputs> {
  const stampedStart = startOf(inputs, before);
  const runId = runIdOf(inputs, stampedStart);
  const document = JSON.parse(inputs.document) as ScenarioDocument;
  await withDatabase(inputs.login, (client) =>
    carryOut(client, inputs.sql.plan, {
      document: JSON.stringify({ ...document, startTimestamp: stampedStart, runId }),
    }),
  );
  return { ...inputs, stampedStart, runId };
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
    let stored: (ScenarioDocument & Record<string, unknown>) | undefined;
    try {
      const { rows } = await withDatabase(props.login, (client) =>
        client.query<{ document: ScenarioDocument }>(props.sql.readDesired),
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
        runId: String(runId),
        start: `someone else's: run ${String(runId)}`,
      },
    };
  },
};
