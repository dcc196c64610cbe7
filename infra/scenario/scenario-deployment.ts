import * as pulumi from '@pulumi/pulumi';
import { INDEX_NAMES, type IndexName, type IndexState, type Scenario } from '../../scenario/types';
import type { Login } from '../postgres/login';
import { CatalogIndex, ScenarioState } from './resources';

export interface ScenarioDeploymentArgs {
  /** The scenario of the stack's config. */
  scenario: Scenario;
  /** `demoStartTimestamp` of the config (Unix seconds); null where it is stamped. */
  configuredStart: number | null;
  startDelaySeconds: number;
  /** Login as conductor, from this machine. */
  login: pulumi.Input<Login>;
  /** Changes when the database is a new one. */
  volume: pulumi.Input<string>;
  /** What there must be before: schema and catalog. */
  after: pulumi.Resource[];
  /** What all of it dies with. */
  deletedWith: pulumi.Resource;
}

/** The scenario as state of the database: the indexes, then the row. */
export class ScenarioDeployment extends pulumi.ComponentResource {
  readonly indexes: Record<IndexName, pulumi.Output<IndexState>>;
  /** Minute 0 (Unix seconds); null in normal mode. */
  readonly startTimestamp: pulumi.Output<number | null>;
  readonly runId: pulumi.Output<string>;
  /** The row itself: what services that follow it wait for. */
  readonly row: pulumi.Resource;

  constructor(name: string, args: ScenarioDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:scenario:ScenarioDeployment', name, {}, opts);
    const indexes = createIndexes(name, args, this);
    const state = new ScenarioState(`${name}-row`, args, {
      ...options(args, this),
      dependsOn: Object.values(indexes),
    });
    this.row = state;
    this.indexes = Object.fromEntries(
      INDEX_NAMES.map((index) => [index, indexes[index].state]),
    ) as ScenarioDeployment['indexes'];
    this.startTimestamp = state.stampedStart;
    this.runId = state.runId;
    this.registerOutputs({ runId: this.runId });
  }
}

/** What lives in the database goes with the volume: destroying needs no running database. */
function options(args: ScenarioDeploymentArgs, parent: pulumi.Resource): pulumi.CustomResourceOptions {
  return { parent, deletedWith: args.deletedWith, retainOnDelete: true };
}

function createIndexes(
  name: string,
  args: ScenarioDeploymentArgs,
  parent: pulumi.Resource,
): Record<IndexName, CatalogIndex> {
  let before: pulumi.Resource[] = args.after;
  const created = INDEX_NAMES.map((index) => {
    const resource = new CatalogIndex(
      `${name}-${index.replaceAll('_', '-')}`,
      { login: args.login, volume: args.volume, index, state: args.scenario.indexes[index] },
      { ...options(args, parent), dependsOn: before },
    );
    // One after the other: builds on one table wait for each other anyway.
    before = [resource];
    return [index, resource] as const;
  });
  return Object.fromEntries(created) as Record<IndexName, CatalogIndex>;
}
