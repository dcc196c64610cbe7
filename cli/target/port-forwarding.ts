import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, Refusal } from '../../machine/errors';
import { signalProcess } from '../../machine/process-identity';
import { at, parseJson, textAt } from '../../machine/json';
import { ConfigError } from '../../scenario/config/config-error';
import { keysOfNamespace, PROJECT_NAME } from '../../scenario/config/config-file';
import {
  acceptedKeys,
  API_PORT,
  DEFAULT_NODE_PORTS,
  deploymentFaults,
} from '../../scenario/config/deployment';
import type { Output } from '../../machine/terminal';

/** Between two looks at AWS, and before what was closed is opened again (ms). */
const AGAIN_MS = 5000;

/** What is forwarded from where. */
interface Forwarding {
  /** The same ports here and on the host. */
  ports: readonly number[];
  /** The host's tag `Name`. */
  hostName: string;
  /** Of the AWS CLI: with region and profile. */
  environment: NodeJS.ProcessEnv;
  /** Ends it. */
  signal: AbortSignal;
  output: Output;
  /** @see AGAIN_MS */
  againMs?: number;
}

/**
 * What a stack's config says of the forwarding: ports, and the AWS CLI's environment.
 *
 * @param config as the engine tells it, with namespaces
 * @throws Refusal for ports and a region that are none
 */
export function forwardedBy(
  config: Readonly<Record<string, { value: string }>>,
): Pick<Forwarding, 'ports' | 'environment'> {
  const own = Object.fromEntries(
    Object.entries(keysOfNamespace(config, PROJECT_NAME)).map(([key, { value }]) => [key, value]),
  );
  // The others are the update's business, and may be secrets.
  const faults = deploymentFaults(own).filter(({ key }) => /^(nodePorts|region)\b/.test(key));
  if (faults.length > 0) throw new Refusal(new ConfigError(faults).message);
  const { nodePorts = {}, region = config['aws:region']?.value } = acceptedKeys(own);
  const profile = config['aws:profile']?.value;
  return {
    ports: [
      API_PORT,
      ...Object.entries(DEFAULT_NODE_PORTS).map(
        ([name, fallback]) => nodePorts[name as keyof typeof DEFAULT_NODE_PORTS] ?? fallback,
      ),
    ],
    environment: {
      ...process.env,
      ...(region === undefined ? {} : { AWS_REGION: region }),
      ...(profile === undefined ? {} : { AWS_PROFILE: profile }),
    },
  };
}

/** `address` is its own in the VPC, on which NodePorts answer, too. */
type RunningHost = NonNullable<ReturnType<typeof findHost>>;

/**
 * Keeps the ports of a host forwarded to this machine until `signal`: waits for the host, and for another one when it is
 * gone; AWS closes a session that is idle for twenty minutes, and it is opened again.
 *
 * @throws Refusal without the AWS CLI or its Session Manager plugin, and for what AWS refuses
 */
export async function keepForwarding(forwarding: Forwarding): Promise<void> {
  const { signal, output, hostName, environment, againMs = AGAIN_MS } = forwarding;
  const pause = () => delay(againMs, undefined, { signal }).catch(() => undefined);
  let said = '';
  const say = (line: string) => {
    if (line !== said) output.line(line);
    said = line;
  };
  if (spawnSync('session-manager-plugin', ['--version'], { env: environment }).error)
    throw new Refusal(
      'There is no Session Manager plugin of the AWS CLI: ' +
        'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html',
    );
  while (!signal.aborted) {
    const host = findHost(forwarding);
    if (host === null) {
      say(`Waiting for a running host ${hostName}: pulumi up makes it.`);
    } else {
      say(`Host ${host.id}: ports ${forwarding.ports.join(', ')} of 127.0.0.1. Ctrl-C closes them.`);
      await forwardAll(host, forwarding);
    }
    await pause();
  }
}

/** The running host of that name; null while there is none. */
function findHost({ hostName, environment }: Forwarding) {
  const { status, stdout, stderr, error } = spawnSync(
    'aws',
    // prettier-ignore
    ['ec2', 'describe-instances', '--output', 'json', '--filters', `Name=tag:Name,Values=${hostName}`,
      'Name=instance-state-name,Values=running'],
    { encoding: 'utf8', env: environment },
  );
  if (error && codeOf(error) === 'ENOENT')
    throw new Refusal('There is no AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/');
  if (error) throw error;
  if (status !== 0) throw new Refusal(`aws ec2 describe-instances: ${stderr.trim()}`);
  const found = at(parseJson(stdout), 'Reservations', '0', 'Instances', '0');
  const [id, address] = [textAt(found, 'InstanceId'), textAt(found, 'PrivateIpAddress')];
  return id === null || address === null ? null : { id, address };
}

/** Forwards all ports until one of them is closed, which closes the others: the host may be another one. */
async function forwardAll(host: RunningHost, { ports, environment, signal }: Forwarding): Promise<void> {
  const sessions = ports.map((port) => openSession(host, port, environment));
  // The CLI with its plugin.
  const end = () => {
    for (const { pid } of sessions) if (pid !== undefined) signalProcess(-pid, 'SIGTERM');
  };
  signal.addEventListener('abort', end);
  try {
    await Promise.race(sessions.map((session) => once(session, 'exit')));
  } finally {
    signal.removeEventListener('abort', end);
    end();
    await Promise.all(sessions.map(ended));
  }
}

function openSession({ id, address }: RunningHost, port: number, env: NodeJS.ProcessEnv): ChildProcess {
  const parameters = { host: [address], portNumber: [String(port)], localPortNumber: [String(port)] };
  return spawn(
    'aws',
    // prettier-ignore
    ['ssm', 'start-session', '--target', id, '--document-name', 'AWS-StartPortForwardingSessionToRemoteHost',
      '--parameters', JSON.stringify(parameters)],
    // A group of its own: the CLI ignores signals while its plugin, a child of it, forwards.
    { stdio: ['ignore', 'ignore', 'inherit'], env, detached: true },
  );
}

async function ended(session: ChildProcess): Promise<void> {
  if (session.exitCode === null && session.signalCode === null) await once(session, 'exit');
}
