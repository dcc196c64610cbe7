import * as pulumi from '@pulumi/pulumi';
import { clockQuery, desiredQuery, indexPlan, rowPlan } from '../../scenario/appliance';
import { indexStatesQuery } from '../../scenario/sql/indexes';
import type { IndexName, IndexState, Scenario } from '../../scenario/types';
import type { Login } from '../postgres/login';
import { indexProvider } from './index-provider';
import { stateProvider } from './row-provider';
import { verificationProvider, type VerificationInputs } from './verification-provider';
import { rowFields, type ScenarioDocument } from './row-fields';

/** Where the scenario state lives. */
export interface DatabaseIdentity {
  login: pulumi.Input<Login>;
  /** Changes when the database is a new one. */
  volume: pulumi.Input<string>;
}

/** One of the three known indexes: present or absent, built and dropped CONCURRENTLY. */
export class CatalogIndex extends pulumi.dynamic.Resource {
  declare readonly state: pulumi.Output<IndexState>;

  constructor(
    name: string,
    args: DatabaseIdentity & { index: IndexName; state: IndexState },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      indexProvider,
      name,
      {
        login: pulumi.secret(args.login),
        volume: args.volume,
        index: args.index,
        state: args.state,
        sql: { plan: indexPlan({ [args.index]: args.state }), states: indexStatesQuery },
      },
      opts,
      'scenario',
      'CatalogIndex',
    );
  }
}

/** The scenario's row in PostgreSQL, which the services follow. */
export class ScenarioState extends pulumi.dynamic.Resource {
  /** Minute 0 (Unix seconds); null in normal mode. */
  declare readonly stampedStart: pulumi.Output<number | null>;
  declare readonly runId: pulumi.Output<string>;

  constructor(
    name: string,
    args: DatabaseIdentity & {
      scenario: Scenario;
      configuredStart: number | null;
      startDelaySeconds: number;
    },
    opts?: pulumi.CustomResourceOptions,
  ) {
    const document = documentOf(args.scenario);
    super(
      stateProvider,
      name,
      {
        login: pulumi.secret(args.login),
        volume: args.volume,
        start: startInWords(args),
        startTimestamp: args.configuredStart,
        startDelaySeconds: args.startDelaySeconds,
        ...rowFields(document),
        // Nothing of it is secret: as one, the preview says `[secret]` instead of its six hundred lines.
        document: pulumi.secret(JSON.stringify(document)),
        sql: { plan: rowPlan, readDesired: desiredQuery, clock: clockQuery },
        // Known when it is applied.
        stampedStart: undefined,
        runId: undefined,
      },
      opts,
      'scenario',
      'ScenarioState',
    );
  }
}

/** Fails until indexes, load generator and product-catalog are what the scenario promises. */
export class ScenarioVerification extends pulumi.dynamic.Resource {
  constructor(
    name: string,
    args: pulumi.Inputs & {
      [Key in keyof Omit<VerificationInputs, 'sql'>]: pulumi.Input<VerificationInputs[Key]>;
    },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      verificationProvider,
      name,
      { ...args, login: pulumi.secret(args.login), sql: { states: indexStatesQuery } },
      opts,
      'scenario',
      'Verification',
    );
  }
}

/** What `pulumi preview` shows of minute 0. */
export function startInWords({
  scenario,
  configuredStart,
  startDelaySeconds,
}: {
  scenario: Pick<Scenario, 'mode'>;
  configuredStart: number | null;
  startDelaySeconds: number;
}): string {
  if (scenario.mode === 'normal') return 'no run';
  if (configuredStart !== null) return `at ${new Date(configuredStart * 1000).toISOString()}`;
  return `starts ${startDelaySeconds} s after the update`;
}

/** The scenario without what is stamped when it is applied; JSON has no undefined. */
export function documentOf(scenario: Scenario): ScenarioDocument {
  const document = JSON.parse(JSON.stringify(scenario)) as ScenarioDocument & Partial<Scenario>;
  delete document.startTimestamp;
  delete document.runId;
  return document;
}
