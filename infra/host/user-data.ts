import { createHash } from 'node:crypto';
import { applyFault } from '../cluster/apply-fault';
import { CREDENTIAL_PROVIDER_FOLDER, credentialProviderConfig } from './credential-provider';
import { installScript } from './install-script';
import type { Architecture } from './platform';

/** EC2 takes at most this many bytes of user data. */
export const USER_DATA_LIMIT = 16_384;

interface CommonUserData {
  /** K3s release, e.g. `v1.34.1+k3s1`. */
  k3sVersion: string;
  architecture: Architecture;
  /** Secret with which agents join. */
  agentToken: string;
}

/** What a K3s server is made of. */
export interface ServerUserData extends CommonUserData {
  /** The Elastic IP: the API's certificate is valid for it. */
  publicIp: string;
  /** The host's own SSH key, made by the program, so that the program knows whom it talks to. */
  hostKey: { privateKey: string; publicKey: string };
}

/** What a K3s agent is made of. */
export interface AgentUserData extends CommonUserData {
  /** The server's address in the VPC. */
  serverAddress: string;
  /** EC2 id of the server: another server has another CA, and its agents have to join anew. */
  serverId: string;
}

/** cloud-config of the K3s server. */
export function serverUserData(options: ServerUserData): string {
  const { hostKey, publicIp, agentToken } = options;
  return cloudConfig(
    [
      'ssh_deletekeys: true',
      'ssh_keys:',
      '  ed25519_private: |',
      indent(hostKey.privateKey, 4),
      `  ed25519_public: ${hostKey.publicKey.trim()}`,
    ],
    nodeFiles(
      options,
      'server',
      `tls-san:
  - ${publicIp}
node-external-ip: ${publicIp}
agent-token: ${agentToken}
write-kubeconfig-mode: '0600'
secrets-encryption: true
# The shop is reached through NodePorts: no ingress controller, no load balancer.
disable:
  - traefik
  - servicelb
`,
    ),
  );
}

/** cloud-config of a K3s agent. */
export function agentUserData(options: AgentUserData): string {
  return cloudConfig(
    [],
    nodeFiles(
      options,
      'agent',
      `server: https://${options.serverAddress}:6443
token: ${options.agentToken}
`,
      [{ path: '/etc/rancher/k3s/server-instance', permissions: '0644', content: `${options.serverId}\n` }],
    ),
  );
}

/**
 * What a server is made of, as short text that tells one make from another: of hosts with the same, none is made anew.
 */
export function releaseOf(k3sVersion: string, architecture: Architecture): string {
  const text = serverUserData({
    k3sVersion,
    architecture,
    publicIp: '',
    agentToken: '',
    hostKey: { privateKey: '', publicKey: '' },
  });
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${k3sVersion} ${architecture} ${digest}`;
}

interface HostFile {
  path: string;
  permissions: string;
  content: string;
}

const INSTALL_SCRIPT = '/usr/local/sbin/install-k3s-node';

function nodeFiles(
  options: CommonUserData,
  role: 'server' | 'agent',
  k3sConfig: string,
  others: readonly HostFile[] = [],
): HostFile[] {
  return [
    ...others,
    // The join token is in it: root's alone. Pods cannot read it from the metadata service either (hop limit 1).
    { path: '/etc/rancher/k3s/config.yaml', permissions: '0600', content: k3sConfig },
    {
      path: `${CREDENTIAL_PROVIDER_FOLDER}/config.yaml`,
      permissions: '0644',
      content: credentialProviderConfig(),
    },
    { path: INSTALL_SCRIPT, permissions: '0755', content: installScript({ ...options, role }) },
  ];
}

function cloudConfig(settings: readonly string[], files: readonly HostFile[]): string {
  const text = [
    '#cloud-config',
    ...settings,
    'write_files:',
    ...files.flatMap(({ path, permissions, content }) => [
      `  - path: ${path}`,
      `    permissions: '${permissions}'`,
      '    content: |',
      indent(withoutComments(content), 6),
    ]),
    'runcmd:',
    `  - [${INSTALL_SCRIPT}]`,
    '',
  ].join('\n');
  const bytes = Buffer.byteLength(text);
  if (bytes > USER_DATA_LIMIT) {
    throw applyFault(`user data of ${bytes} bytes; EC2 takes at most ${USER_DATA_LIMIT}`);
  }
  return text;
}

/**
 * A file without its comments: they are for readers of this program. EC2 makes a new host of changed user data, and a
 * changed word of a comment is no reason for one.
 */
function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*#(?!!)/.test(line))
    .join('\n');
}

/** Lines of a YAML block scalar; empty lines stay empty. */
function indent(text: string, spaces: number): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(spaces) + line))
    .join('\n');
}
