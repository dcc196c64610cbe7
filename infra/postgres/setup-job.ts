import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster';
import { hint } from '../cluster/hint';
import { CONTAINER_SECURITY, OWN_USER, resources } from '../cluster/pod';
import { Workload } from '../cluster/workload';
import type { ClientCa } from './server';

export const SETUP_NAME = 'setup';

export interface SetupJobArgs {
  cluster: Cluster;
  /** The services' image, by digest. */
  image: pulumi.Input<string>;
  imagePullSecret?: string;
  /** URL of the database, as superuser. */
  databaseUrl: pulumi.Input<string>;
  /** How it is known to be that database. */
  databaseCa: ClientCa;
  /** Products in the catalog. */
  catalogRows: number;
  /** What must be there first: database and roles. */
  after: pulumi.Resource[];
}

/** Schema, functions, grants and catalog, by a Job beside the database. `kubectl logs job/setup -f` shows it work. */
export class SetupJob extends pulumi.ComponentResource {
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: SetupJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:postgres:SetupJob', name, {}, opts);
    const workload = new Workload(name, SETUP_NAME, args.cluster, this);
    const before = [workload.secret({ DATABASE_URL: args.databaseUrl }), workload.account(), ...args.after];
    this.job = createJob(name, args, workload, before, this);
    this.registerOutputs({});
  }
}

/**
 * How long an update waits for the Job, as Pulumi writes it: five minutes and one for each 200,000 rows, ten times
 * what seeding took on two cores. An image that cannot be pulled, or a fault of its own, ends an update then, not
 * after an hour.
 */
export function setupTimeout(catalogRows: number): string {
  return `${5 + Math.ceil(catalogRows / 200_000)}m`;
}

/** Tells where the reason stands when the Job was waited for in vain: what is waited for does not know it. */
function setupHint(): pulumi.ErrorHook {
  return hint(
    SETUP_NAME,
    () =>
      `The Job that sets the database up has not ended. Why says its pod, in the stack's namespace: ` +
      `kubectl describe pod -l app=${SETUP_NAME} (image, node), kubectl logs job/${SETUP_NAME} (an error of its own). ` +
      'Each attempt goes on where the one before stopped: run pulumi up again.',
  );
}

function createJob(
  name: string,
  args: SetupJobArgs,
  workload: Workload,
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource,
) {
  const { cluster, image, catalogRows, imagePullSecret, databaseCa } = args;
  return new k8s.batch.v1.Job(
    `${name}-job`,
    {
      metadata: {
        ...cluster.metadata(SETUP_NAME),
        // What the provider waits for by itself as well; but there it shows each state of the pod on the way as a
        // warning, "completed with exit code 0" among them.
        annotations: { 'pulumi.com/waitFor': 'jsonpath={.status.succeeded}=1' },
      },
      spec: {
        // Never given up: a Job that has failed for good would fail every later `up` too. Each attempt goes on where
        // the one before stopped.
        backoffLimit: 1000,
        template: workload.template(
          OWN_USER,
          imagePullSecret,
          {
            image,
            command: ['node', '/app/dist/services/setup/main.js'],
            env: [
              { name: 'CATALOG_ROWS', value: String(catalogRows) },
              {
                name: 'DATABASE_URL',
                valueFrom: { secretKeyRef: { name: SETUP_NAME, key: 'DATABASE_URL' } },
              },
            ],
            securityContext: CONTAINER_SECURITY,
            resources: resources({ cpu: '20m', memory: '64Mi' }, { cpu: '500m', memory: '256Mi' }),
            volumeMounts: [databaseCa.mount],
          },
          { restartPolicy: 'OnFailure', volumes: [databaseCa.volume] },
        ),
      },
    },
    {
      ...cluster.inside(parent),
      dependsOn,
      deleteBeforeReplace: true,
      customTimeouts: { create: setupTimeout(catalogRows) },
      hooks: { onError: [setupHint()] },
    },
  );
}
