import path from 'node:path';
import type * as automation from '@pulumi/pulumi/automation';
import { serviceEntry } from '../../services/catalog';
import { ClusterAccess, loadKubernetes } from './cluster';
import { messageOf, Refusal } from '../../machine/errors';
import { REPOSITORY } from '../../machine/options';
import { ClusterIntent } from '../control/intent-cluster';
import { IntentFile } from '../control/intent-file';
import { numberAt, textAt } from '../../machine/json';
import { findEngine, loadAutomation } from './pulumi-engine';
import type { Target } from './target';
import type { TargetOptions } from './target-options';

/**
 * A deployed stack as a target, by its outputs.
 *
 * @throws Refusal when the stack or one of its outputs isn't there
 */
export async function openStackTarget(options: Omit<TargetOptions, 'target'>): Promise<Target> {
  const { stack, output } = options;
  const workspace = await openWorkspace(options);
  const access = accessOf(stack, await outputsOf(workspace, stack));
  const client = await loadKubernetes(output);
  const cluster = new ClusterAccess(client, access.kubeconfig, access.context, access.namespace);
  // A shop of this machine and stacks share the folder, not the files.
  const dataDir = path.join(options.dataDir, 'stacks', stack);
  return {
    kind: 'stack',
    name: stack,
    shopUrl: access.shopUrl,
    consoleUrl: access.consoleUrl,
    adminToken: access.adminToken,
    conductor: access.conductor,
    config: { projectDir: REPOSITORY, stack },
    stack,
    dataDir,
    serviceUrl: async (name) => {
      if (name === 'frontend') return access.shopUrl;
      return cluster.tunnel(name, serviceEntry(name).port);
    },
    endpoints: async (name) => {
      const pods = await cluster.readyPods(name);
      if (pods.length === 0) throw new Error(`no pod of ${name} is ready`);
      return Promise.all(
        pods.map(async (pod) => ({
          instance: pod,
          url: await cluster.tunnel(name, serviceEntry(name).port, pod),
        })),
      );
    },
    instances: () => cluster.instances(),
    tunnel: (workload, port) => cluster.tunnel(workload, port),
    namespace: access.namespace,
    logs: (workload, lines) => cluster.logs(workload, lines),
    intents: new ClusterIntent(cluster, new IntentFile(dataDir), output),
    close: () => cluster.close(),
  };
}

/** The project's workspace, on the real engine. @throws Refusal */
export async function openWorkspace({
  output,
}: Pick<TargetOptions, 'output'>): Promise<automation.LocalWorkspace> {
  const api = await loadAutomation(output);
  const pulumiCommand = await findEngine(api);
  return api.LocalWorkspace.create({ workDir: REPOSITORY, pulumiCommand });
}

/** The outputs, secrets in plain text; without selecting the stack, which is the user's own choice. */
async function outputsOf(
  workspace: automation.LocalWorkspace,
  stack: string,
): Promise<Record<string, unknown>> {
  try {
    const outputs = await workspace.stackOutputs(stack);
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]));
  } catch (error) {
    throw notToBeRead('outputs', stack, error);
  }
}

/** @param what of the stack, e.g. `config` @param error of the engine's command */
export function notToBeRead(what: string, stack: string, error: unknown): Refusal {
  return new Refusal(
    `The ${what} of stack ${stack} cannot be read: ${engineReason(error)}\n` +
      `Is it the right name (pulumi stack ls), back end (PULUMI_BACKEND_URL, pulumi login) and passphrase ` +
      `(PULUMI_CONFIG_PASSPHRASE), and was it deployed (pulumi up --stack ${stack})?`,
  );
}

/** The engine's own words in the error of one of its commands. */
export function engineReason(error: unknown): string {
  const text = messageOf(error);
  const found = /error: (.+)/.exec(text)?.[1];
  return found ?? text.split('\n').slice(0, 3).join(' ');
}

/** What the stack's outputs say of how to reach the shop. @throws Refusal that names what is missing */
export function accessOf(stack: string, outputs: Readonly<Record<string, unknown>>) {
  const missing: string[] = [];
  const text = (...keys: string[]): string => {
    const found = textAt(outputs, ...keys);
    if (found === null) missing.push(keys.join('.'));
    return found ?? '';
  };
  const access = {
    shopUrl: text('shopUrl'),
    consoleUrl: text('consoleUrl'),
    adminToken: text('adminToken'),
    kubeconfig: text('kubeconfig'),
    context: textAt(outputs, 'kubeContext'),
    namespace: text('namespace'),
    conductor: {
      host: text('conductorDatabase', 'host'),
      port: numberAt(outputs, 'conductorDatabase', 'port') ?? 5432,
      user: text('conductorDatabase', 'user'),
      password: text('conductorDatabase', 'password'),
      database: text('conductorDatabase', 'database'),
      // The certificate itself is known, so the name in it needs no checking.
      ssl: { ca: text('conductorDatabase', 'ca'), checkServerIdentity: () => undefined },
    },
  };
  if (missing.length > 0) {
    throw new Refusal(
      `Stack ${stack} has no output ${missing.join(', ')}: deploy it (once more) with pulumi up --stack ${stack}.`,
    );
  }
  return access;
}
