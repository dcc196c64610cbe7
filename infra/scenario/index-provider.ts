import type * as pulumi from '@pulumi/pulumi';
import type { FoundIndexState } from '../../scenario/sql/indexes';
import { carryOut, type Plan } from '../../scenario/sql/plan';
import { changedInputs, withDatabase, type DatabaseInputs } from './inputs';

export interface IndexInputs extends DatabaseInputs {
  index: string;
  state: FoundIndexState;
  sql: {
    /** Makes the index what `state` says. */
    plan: Plan;
    /** One row per known index: name, state. */
    states: string;
  };
}

async function applyIndex(inputs: IndexInputs): Promise<void> {
  await withDatabase(inputs.login, (client) => carryOut(client, inputs.sql.plan));
}

/** One index of the catalog, in Pulumi's provider process. */
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
      const { rows } = await withDatabase(props.login, (client) =>
        client.query<{ name: string; state: FoundIndexState }>(props.sql.states),
      );
      const found = rows.find(({ name }) => name === props.index);
      return { id, props: { ...props, state: found?.state ?? 'absent' } };
    } catch {
      return { id, props };
    }
  },
};
