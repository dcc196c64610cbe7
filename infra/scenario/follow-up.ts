import * as pulumi from '@pulumi/pulumi';
import { poolOver } from '../../scenario/pools/pool-share';
import type { Scenario } from '../../scenario/types';
import type { Login } from '../postgres/login';
import { ScenarioVerification } from './resources';

/** How long services may take to follow (seconds): a poll each second, metrics each five. */
const FOLLOW_SECONDS = 90;

export interface FollowUpArgs {
  scenario: Scenario;
  /** Replicas of product-catalog, which share the pool. */
  catalogs: number;
  /** Run the services have to see. */
  runId: pulumi.Input<string>;
  login: pulumi.Input<Login>;
  /** Changes when the database is a new one. */
  volume: pulumi.Input<string>;
  /** Base URLs, from this machine. */
  shopUrl: pulumi.Input<string>;
  consoleUrl: pulumi.Input<string>;
  /** What there must be before: scenario row, services, collector. */
  after: pulumi.Resource[];
  /** What it dies with. */
  deletedWith: pulumi.Resource;
}

/** The proof that everything follows the scenario: the update fails until it holds, and so does the next one. */
export class FollowUp extends pulumi.ComponentResource {
  constructor(name: string, args: FollowUpArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:scenario:FollowUp', name, {}, opts);
    const { scenario, catalogs, runId, login, volume, shopUrl, consoleUrl } = args;
    new ScenarioVerification(
      `${name}-verification`,
      {
        login,
        volume,
        runId,
        indexes: scenario.indexes,
        // What their shares, each a whole number, add up to.
        poolMax: poolOver(scenario.pools.recommendation.max, catalogs),
        shopUrl,
        consoleUrl,
        timeoutSeconds: FOLLOW_SECONDS,
      },
      { parent: this, deletedWith: args.deletedWith, retainOnDelete: true, dependsOn: args.after },
    );
    this.registerOutputs({});
  }
}
