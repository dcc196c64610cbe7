import { isIP } from 'node:net';
import { z } from 'zod';
import { cidrFault, networkOf, parseCidr } from './cidr';
import { ConfigError, type ConfigFault } from './config-error';
import { KeyBook } from './key-book';
import { choice, flag, group, json, key, wholeKey } from './key-documentation';
import {
  accessKey,
  coralogixDomain,
  headerValue,
  hostIn,
  imageReference,
  otlpBaseUrl,
  registryName,
  type Pasted,
} from './pasted-forms';
import { VERSIONS } from './versions';

/**
 * The keys of a deployment: where the shop runs, and what it is made of. The program in stacks/ follows them, the
 * local runner lets them through. They stand here so that one page documents all keys and one check knows them all.
 */

const text = (pattern: RegExp) => z.string().regex(pattern);
const nonEmpty = z.string().min(1);

const record = (value: z.ZodType<string>, name = /./) =>
  z.preprocess(json, z.record(z.string().regex(name), value));

/** A text in whatever form people paste it; what is refused names the right one. */
const pasted = (read: (text: string) => Pasted) =>
  z.string().transform((value, context) => {
    const form = read(value);
    if ('value' in form) return form.value;
    context.addIssue({ code: 'custom', message: form.fault });
    return z.NEVER;
  });

const nodePort = (what: string, fallback: number) =>
  wholeKey({
    range: { from: 30_000, to: 32_767 },
    allowed: 'a port from 30000 to 32767',
    default: String(fallback),
    description: `NodePort of ${what}. Two stacks on one cluster need different ones.`,
  });

/** Ports of the node that lead to the shop, the console and PostgreSQL. */
export const DEFAULT_NODE_PORTS = { shop: 30_018, console: 30_020, postgres: 30_432 } as const;

const nodePorts = {
  shop: nodePort('the shop', DEFAULT_NODE_PORTS.shop),
  console: nodePort('the console', DEFAULT_NODE_PORTS.console),
  postgres: nodePort('PostgreSQL', DEFAULT_NODE_PORTS.postgres),
};

/** Port of the Kubernetes API, on the host and, with `hostAccess: ssm`, forwarded to this machine. */
export const API_PORT = 6443;

/** The EC2 hosts unless config says otherwise. */
export const HOST_DEFAULTS = {
  instanceType: 't4g.xlarge',
  /** GiB. */
  volumeSize: 40,
  k3sVersion: VERSIONS.k3s.version,
  agents: 0,
  hostState: 'running',
  hostAccess: 'ssh',
} as const;

/** Of the host's volume (GiB): what the images need, and what gp3 has had in every region. */
const VOLUME_GIB = { from: 20, to: 16_384 };

/** A block that may reach the hosts. */
const operatorCidr = pasted((text) => {
  const block = text.trim().replace(/[[\]]/g, '');
  const fault = cidrFault(block);
  return fault === null ? { value: networkOf(block) } : { fault };
});

const networks = z.preprocess(json, z.array(operatorCidr).min(1));

/** Images that are not ours, pinned by version. */
export const DEFAULT_IMAGES = {
  base: `node:${VERSIONS.node.version}-bookworm-slim`,
  postgres: `postgres:${VERSIONS.postgres.version}-bookworm`,
  redis: `redis:${VERSIONS.redis.version}-bookworm`,
  collector: `otel/opentelemetry-collector:${VERSIONS.collector.version}`,
  /** With the connectors that make metrics of spans. */
  collectorContrib: `otel/opentelemetry-collector-contrib:${VERSIONS.collector.version}`,
} as const;

/** Region EU1, which was `coralogix.com` before. */
export const DEFAULT_CORALOGIX_DOMAIN = 'eu1.coralogix.com';

/** Whether a config makes span metrics for Coralogix' catalogs, which the core distribution cannot. */
export function makesSpanMetrics({ coralogix }: Partial<DeploymentConfig>): boolean {
  return coralogix?.privateKey !== undefined && (coralogix.spanMetrics ?? true);
}

/** The collector's image of a config. */
export function collectorImage(config: DeploymentConfig): string {
  return (
    config.images?.collector ??
    (makesSpanMetrics(config) ? DEFAULT_IMAGES.collectorContrib : DEFAULT_IMAGES.collector)
  );
}

/** Images that are known by their names to have core components only. */
const CORE_COLLECTOR = /(^|\/)opentelemetry-collector([:@]|$)/;

function collectorFaults(config: Partial<DeploymentConfig>): ConfigFault[] {
  const given = config.images?.collector;
  if (given === undefined || !makesSpanMetrics(config) || !CORE_COLLECTOR.test(given)) return [];
  return [
    {
      key: 'images.collector',
      value: given,
      message:
        "has core components only, and Coralogix' catalogs need the connectors of the contrib distribution: " +
        `mirror \`${DEFAULT_IMAGES.collectorContrib}\`, or do without them: pulumi config set --path coralogix.spanMetrics false`,
    },
  ];
}

const image = (what: string, fallback: string) =>
  key(pasted(imageReference), {
    allowed: 'an image reference, e.g. `mirror.example.com/name:tag`',
    default: `\`${fallback}\``,
    description: `Image of ${what}: for mirrors and air-gapped use.`,
  });

const images = {
  services: key(pasted(imageReference).pipe(z.string().includes('@')), {
    allowed: 'an image reference by digest, e.g. `registry.example.com/ecommerce-demo@sha256:…`',
    default: 'built and pushed by `pulumi up`',
    description:
      "The services' image where it is there already: nothing is built, and the machine that runs `pulumi` needs no Docker.",
  }),
  base: image('Node 24, which the services are built on and run on', DEFAULT_IMAGES.base),
  postgres: image('PostgreSQL (15 or newer; same variables as the official one)', DEFAULT_IMAGES.postgres),
  redis: image('Redis 7', DEFAULT_IMAGES.redis),
  collector: image(
    'the OpenTelemetry collector (core components are enough, except for `coralogix.spanMetrics`)',
    `${DEFAULT_IMAGES.collector}\`, with Coralogix \`${DEFAULT_IMAGES.collectorContrib}`,
  ),
};

/** The host alone; a port would not be the NodePort's. */
function nodeHost(text: string): Pasted {
  const host = hostIn(text)?.replace(/[[\]]/g, '');
  if (host === undefined) return { fault: 'it is no host' };
  const bare = text.trim().replace(/[[\]]/g, '').toLowerCase();
  return host === bare || isIP(bare) === 6 ? { value: host } : { fault: `the host alone: ${host}` };
}

const postgresAccess = {
  type: choice(['nodePort', 'loadBalancer'], {
    default: '`nodePort`',
    description:
      'How the machine that runs `pulumi` reaches PostgreSQL, the shop and the console (with `target: kubeconfig`).',
  }),
  host: key(pasted(nodeHost), {
    allowed: 'a host name or an address, without a port',
    default: "the host of the kubeconfig's server",
    description: 'Where the NodePorts answer: any node of the cluster.',
  }),
  sourceRanges: key(networks, {
    type: 'list of CIDRs',
    allowed: 'a list of networks of /8 or narrower (IPv6: /16), e.g. ["203.0.113.7/32"], never 0.0.0.0/0',
    default: 'required with `postgresAccess.type: loadBalancer`',
    description: 'Who may reach shop, console and PostgreSQL through the load balancers.',
  }),
};

const imagePullSecret = {
  username: key(nonEmpty, {
    allowed: 'a user name of the registry',
    default: 'none',
    description: 'Login of `imageRegistry`, for pushing and for pulling.',
  }),
  password: key(nonEmpty, {
    type: 'string (secret)',
    allowed: 'a password or token of the registry',
    default: 'none',
    description: '`pulumi config set --secret --path imagePullSecret.password …`',
  }),
};

const otlp = {
  endpoint: key(pasted(otlpBaseUrl), {
    type: 'string (URL)',
    allowed: 'an OTLP/HTTP base URL, e.g. `https://otlp.example.com:4318`',
    default: 'none: telemetry goes to the console only',
    description: 'Where the collector sends all telemetry, besides the console.',
  }),
  headers: key(record(pasted(headerValue), /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), {
    type: 'object (secret)',
    allowed: 'an object of header names and values',
    default: 'none',
    description: '`pulumi config set --secret --path otlp.headers.Authorization "Bearer …"`',
  }),
};

const coralogix = {
  domain: key(pasted(coralogixDomain), {
    allowed: 'a Coralogix domain, e.g. `eu2.coralogix.com`',
    default: `\`${DEFAULT_CORALOGIX_DOMAIN}\``,
    description:
      "The account's domain (by its region; a key is refused anywhere else): the collector sends to `ingress.<domain>:443`.",
  }),
  privateKey: key(pasted(accessKey), {
    type: 'string (secret)',
    allowed: 'a Send-Your-Data key',
    default: 'none: nothing is sent to Coralogix',
    description: '`pulumi config set --secret --path coralogix.privateKey cxtp_…`',
  }),
  spanMetrics: flag({
    default: '`true`',
    description:
      "Whether the collector makes the metrics that Coralogix' Service Catalog and Database Catalog read; they need the contrib distribution.",
  }),
};

const links = {
  trace: key(z.url({ protocol: /^https?$/ }).includes('{traceId}'), {
    type: 'string (URL template)',
    allowed: 'an http(s) URL that contains `{traceId}`',
    default: 'none',
    description:
      "Address of a trace at your telemetry's vendor: what the console's traces link to, and the stack output `links`.",
  }),
};

const GROUPS = { imagePullSecret, postgresAccess, nodePorts, images, otlp, coralogix, links } as const;

/** Keys that mean something whatever the target is, and those of a cluster that is there. */
const anywhere = {
  target: choice(['aws', 'kubeconfig'], {
    default: '`aws`',
    description: '`aws` makes an EC2 host with K3s, `kubeconfig` takes a cluster that is there.',
  }),
  namespace: key(text(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/), {
    allowed: 'a Kubernetes name: lower case letters, digits and hyphens, at most 63',
    default: '`ecommerce-demo`',
    description: 'Namespace of everything. Two stacks on one cluster need different ones.',
  }),
  kubeconfig: key(nonEmpty, {
    type: 'string (path, or secret content)',
    allowed: 'the path of a kubeconfig file, or its content',
    default: '`$KUBECONFIG`, else `~/.kube/config`',
    description: 'The cluster, with `target: kubeconfig`.',
  }),
  context: key(nonEmpty, {
    allowed: 'a context of the kubeconfig',
    default: "the kubeconfig's current context",
    description: 'Which cluster of the kubeconfig.',
  }),
  imageRegistry: key(pasted(registryName), {
    allowed: 'a registry with an optional path and no tag, e.g. `ghcr.io/me`',
    default: 'the ECR repository of the stack; required with `target: kubeconfig`',
    description: "Where the services' image is pushed, and where the cluster pulls it from.",
  }),
  imagePullSecret: group(imagePullSecret),
  platform: choice(['linux/amd64', 'linux/arm64'], {
    default: "this machine's own processor",
    description:
      "The cluster's nodes, which the services' image is built for: a Mac (arm64) deploying to an amd64 cluster needs it.",
  }),
  storageClass: key(nonEmpty, {
    allowed: 'a storage class of the cluster',
    default: "the cluster's default class",
    description: 'For the volumes of PostgreSQL and Redis.',
  }),
  postgresAccess: group(postgresAccess),
  nodePorts: group(nodePorts),
  knownHosts: key(z.preprocess(json, z.array(text(/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/))), {
    type: 'list of hosts',
    allowed:
      'a list of host names or addresses without scheme and port, in lower case, e.g. ["shop.example.com"]',
    default: "none besides the node's (or load balancer's) own address and the names in the cluster",
    description:
      'By which names people may call shop and console. Any other `Host` is refused (421): a page whose name was pointed at them must not read them.',
  }),
  images: group(images),
  otlp: group(otlp),
  coralogix: group(coralogix),
  links: group(links),
};

/** Keys that mean something with `target: aws` only. */
const ofAws = {
  region: key(text(/^[a-z]{2}(-[a-z]+)+-\d$/), {
    allowed: 'an AWS region, e.g. `eu-west-1`',
    default: '`aws:region`, else `$AWS_REGION`, else `us-east-1`',
    description: 'Where the host is made (`target: aws`, as all keys below).',
  }),
  instanceType: key(text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/), {
    allowed: `an EC2 instance type, e.g. \`${HOST_DEFAULTS.instanceType}\``,
    default: `\`${HOST_DEFAULTS.instanceType}\``,
    description: 'Graviton types (a `g` after the generation) run arm64 images, others amd64.',
  }),
  spot: flag({
    default: 'false',
    description: 'Spot hosts: cheaper, and AWS may stop them at any time. Another value makes new hosts.',
  }),
  cpuCredits: choice(['standard', 'unlimited'], {
    default: "AWS's own: `unlimited` of T3 and later",
    description: 'Of T types: `standard` throttles above the baseline, `unlimited` charges for it.',
  }),
  volumeSize: wholeKey({
    range: VOLUME_GIB,
    unit: 'GiB',
    default: String(HOST_DEFAULTS.volumeSize),
    description: "Size of the host's encrypted gp3 volume. It may grow, never shrink.",
  }),
  k3sVersion: key(text(/^v\d+\.\d+\.\d+\+k3s\d+$/), {
    allowed: `a K3s release, e.g. \`${HOST_DEFAULTS.k3sVersion}\``,
    default: `\`${HOST_DEFAULTS.k3sVersion}\``,
    description:
      'Release of K3s on the host and its agents. Another one makes new hosts, with an empty database.',
  }),
  operatorCidrs: key(networks, {
    type: 'list of CIDRs',
    allowed:
      'a list of networks of /8 or narrower (IPv6: /16), e.g. ["203.0.113.7/32"], never 0.0.0.0/0 (your own address: `curl https://checkip.amazonaws.com`)',
    default: 'required with `target: aws` and `hostAccess: ssh`',
    description: 'Who may reach the host: SSH, the Kubernetes API, shop, console and PostgreSQL.',
  }),
  hostAccess: choice(['ssh', 'ssm'], {
    default: `\`${HOST_DEFAULTS.hostAccess}\``,
    description:
      'How this machine reaches the host: `ssh` opens ports to `operatorCidrs`; `ssm` opens none, and Systems Manager runs commands and, by `npm run tunnel`, forwards ports.',
  }),
  callerCheck: flag({
    default: 'true',
    description:
      'Whether `pulumi up` refuses to run where its own public address is not among `operatorCidrs`; false where the host sees another address than the Internet does.',
  }),
  tags: key(record(z.string()), {
    type: 'object',
    allowed: 'an object of tag names and values',
    default: 'none',
    description: 'Put on every AWS resource, besides `aws:defaultTags`.',
  }),
  permissionsBoundary: key(text(/^arn:[a-z-]+:iam::(\d{12}|aws):policy\/.+$/), {
    allowed: 'the ARN of an IAM policy',
    default: 'none',
    description: "Bounds the hosts' role, where a company demands that of every role.",
  }),
  instanceProfile: key(text(/^[\w+=,.@-]{1,128}$/), {
    allowed: 'the name of an instance profile',
    default: 'one is made, with a role that may read images and be managed by Systems Manager',
    description:
      'An existing instance profile of the hosts, where nobody may make roles. It has to read the images from ECR.',
  }),
  availabilityZone: key(text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/), {
    allowed: 'a zone of the region, e.g. `eu-west-1b`',
    default: 'the first one that has the instance type, chosen once',
    description: 'Where the subnet is made. Another zone makes new hosts, with an empty database.',
  }),
  vpcId: key(text(/^vpc-[0-9a-f]+$/), {
    allowed: 'the id of a VPC, e.g. `vpc-0abc…`',
    default: 'a VPC is made',
    description: 'An existing VPC; needs `subnetId`.',
  }),
  subnetId: key(text(/^subnet-[0-9a-f]+$/), {
    allowed: 'the id of a public subnet, e.g. `subnet-0abc…`',
    default: 'a public subnet is made',
    description: 'An existing subnet of `vpcId`.',
  }),
  agents: wholeKey({
    range: { from: 0, to: 20 },
    default: String(HOST_DEFAULTS.agents),
    description: 'Further hosts that join the first one.',
  }),
  hostState: choice(['running', 'stopped'], {
    default: `\`${HOST_DEFAULTS.hostState}\``,
    description: '`stopped` parks the hosts: only volumes and address cost then.',
  }),
};

const shape = { ...anywhere, ...ofAws };

/** What is said of the keys, and of faults in them. */
export const DEPLOYMENT_BOOK = new KeyBook({ shape, groups: GROUPS, lists: {}, otherKeys: [] });

/** The keys of a deployment, which the scenario's schema lets through. */
export const DEPLOYMENT_KEYS: readonly string[] = Object.keys(shape);

export const deploymentConfigSchema = z.strictObject(shape);

export type DeploymentConfig = z.infer<typeof deploymentConfigSchema>;

export type AwsKey = keyof typeof ofAws;

/** Keys that mean something with one target only: set with the other one, they would be ignored in silence. */
export const KEYS_OF_TARGET: {
  readonly aws: readonly AwsKey[];
  readonly kubeconfig: readonly (keyof DeploymentConfig)[];
} = {
  aws: Object.keys(ofAws) as AwsKey[],
  kubeconfig: ['kubeconfig', 'context', 'imageRegistry', 'imagePullSecret', 'platform', 'postgresAccess'],
};

/** The keys of a deployment in a stack's config; others are not looked at. */
function ownKeys(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => DEPLOYMENT_KEYS.includes(name)));
}

/**
 * What is wrong with the keys of a deployment: wrong types, values out of range, keys that are missing for the target or
 * contradict each other. All together: one look, one mending.
 */
export function deploymentFaults(raw: Readonly<Record<string, unknown>>): ConfigFault[] {
  const own = ownKeys(raw);
  const result = deploymentConfigSchema.safeParse(own);
  return [
    ...(result.success ? [] : result.error.issues.flatMap((issue) => DEPLOYMENT_BOOK.faultsOf(issue, own))),
    ...keysOfOtherTarget(own),
    ...missingKeys(own),
    ...loadBalancerFaults(own),
    ...contradictions(result.success ? result.data : acceptedKeys(own)),
  ];
}

/**
 * Validates the keys of a deployment in a stack's config (keys without namespace); other keys are not looked at.
 *
 * @throws ConfigError with every fault, see `deploymentFaults`
 */
export function parseDeploymentConfig(raw: Readonly<Record<string, unknown>>): DeploymentConfig {
  const faults = deploymentFaults(raw);
  if (faults.length > 0) throw new ConfigError(faults);
  return deploymentConfigSchema.parse(ownKeys(raw));
}

/** The keys, and members of groups, that are right by themselves where others are not. */
export function acceptedKeys(own: Readonly<Record<string, unknown>>): Partial<DeploymentConfig> {
  const accepted = (
    schemas: Readonly<Record<string, z.ZodType>>,
    values: Readonly<Record<string, unknown>>,
  ) =>
    Object.fromEntries(
      Object.entries(schemas).flatMap(([name, schema]) => {
        const parsed = schema.safeParse(values[name]);
        return parsed.success && parsed.data !== undefined ? [[name, parsed.data]] : [];
      }),
    );
  const groups = Object.entries(GROUPS).flatMap(([name, members]) => {
    const value = json(own[name]);
    return typeof value === 'object' && value !== null
      ? [[name, accepted(members, value as Record<string, unknown>)]]
      : [];
  });
  return { ...accepted(shape, own), ...Object.fromEntries(groups) } as Partial<DeploymentConfig>;
}

/** The target of a config; null when it names none that exists. */
function targetOf({ target }: Readonly<Record<string, unknown>>): 'aws' | 'kubeconfig' | null {
  if (target === undefined) return 'aws';
  return target === 'aws' || target === 'kubeconfig' ? target : null;
}

function keysOfOtherTarget(config: Readonly<Record<string, unknown>>): ConfigFault[] {
  const target = targetOf(config);
  if (target === null) return [];
  const other = target === 'aws' ? 'kubeconfig' : 'aws';
  return KEYS_OF_TARGET[other]
    .filter((name) => config[name] !== undefined)
    .map((name) => ({
      key: name,
      value: config[name],
      message:
        `belongs to \`target: ${other}\`, and the target is \`${target}\`: ` +
        `pulumi config set target ${other}, or pulumi config rm ${name}`,
    }));
}

function missingKeys(config: Readonly<Record<string, unknown>>): ConfigFault[] {
  const missing = (name: string, message: string): ConfigFault[] =>
    config[name] === undefined ? [{ key: name, value: undefined, message }] : [];
  const target = targetOf(config);
  if (target === 'kubeconfig')
    return missing(
      'imageRegistry',
      'is missing: the cluster has to pull the image from somewhere, e.g. pulumi config set imageRegistry ghcr.io/me',
    );
  if (target === null || config.hostAccess === 'ssm') return [];
  return missing('operatorCidrs', `is missing: who may reach the host? ${ownAddress('operatorCidrs')}`);
}

/** How an operator lets himself in. */
const ownAddress = (key: string): string =>
  `Your own address: pulumi config set --path '${key}[0]' "$(curl -s https://checkip.amazonaws.com)/32"`;

/** Who may come through load balancers has to be said. */
function loadBalancerFaults(own: Readonly<Record<string, unknown>>): ConfigFault[] {
  const access = json(own.postgresAccess);
  if (typeof access !== 'object' || access === null) return [];
  const { type, sourceRanges } = access as Record<string, unknown>;
  if (type === 'loadBalancer' && sourceRanges === undefined) {
    return [
      {
        key: 'postgresAccess.sourceRanges',
        value: undefined,
        message:
          'is missing: who may reach shop, console and PostgreSQL through the load balancers? ' +
          ownAddress('postgresAccess.sourceRanges'),
      },
    ];
  }
  if (type !== 'loadBalancer' && sourceRanges !== undefined) {
    return [
      {
        key: 'postgresAccess.sourceRanges',
        value: sourceRanges,
        message:
          'belongs to `postgresAccess.type: loadBalancer`: a NodePort is open to whoever reaches the nodes, which the ' +
          "cluster's own network decides",
      },
    ];
  }
  return [];
}

function contradictions(config: Partial<DeploymentConfig>): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if ((config.vpcId === undefined) !== (config.subnetId === undefined)) {
    const absent = config.vpcId === undefined ? 'vpcId' : 'subnetId';
    const subnets =
      config.vpcId === undefined
        ? ''
        : `; its subnets: aws ec2 describe-subnets --filters Name=vpc-id,Values=${config.vpcId}`;
    const message = `is missing: \`vpcId\` and \`subnetId\` go together${subnets}`;
    faults.push({ key: absent, value: undefined, message });
  }
  if (config.subnetId !== undefined && config.availabilityZone !== undefined) {
    faults.push({
      key: 'availabilityZone',
      value: config.availabilityZone,
      message: 'is of the subnet that is made, and `subnetId` names one that is there: remove one of them',
    });
  }
  if (config.region !== undefined && config.availabilityZone?.startsWith(config.region) === false) {
    faults.push({
      key: 'availabilityZone',
      value: config.availabilityZone,
      message: `is no zone of \`region\` ${config.region}`,
    });
  }
  if (config.cpuCredits !== undefined && !/^t\d/.test(config.instanceType ?? HOST_DEFAULTS.instanceType)) {
    faults.push({
      key: 'cpuCredits',
      value: config.cpuCredits,
      message: `is for T types only, and \`instanceType\` is ${config.instanceType ?? ''}: pulumi config rm cpuCredits`,
    });
  }
  faults.push(...operatorFaults(config), ...collectorFaults(config));
  const ports = Object.entries({ ...DEFAULT_NODE_PORTS, ...config.nodePorts });
  for (const [name, port] of ports) {
    const other = ports.find(([candidate, taken]) => candidate < name && taken === port);
    if (other)
      faults.push({
        key: `nodePorts.${name}`,
        value: port,
        message: `is \`nodePorts.${other[0]}\` already: each needs a port of its own from 30000 to 32767`,
      });
  }
  const { username, password } = config.imagePullSecret ?? {};
  if ((username === undefined) !== (password === undefined)) {
    const absent = username === undefined ? 'username' : 'password';
    faults.push({
      key: `imagePullSecret.${absent}`,
      value: undefined,
      message: 'is missing: user name and password go together',
    });
  }
  return faults;
}

/** What a security group carries: AWS's default quota of 60 rules of each family; each block takes five, and the hosts one. */
const MOST_OPERATOR_CIDRS = 11;

/** Faults of all blocks together. */
function operatorFaults({ operatorCidrs, subnetId, hostAccess }: Partial<DeploymentConfig>): ConfigFault[] {
  if (operatorCidrs === undefined) return [];
  if (hostAccess === 'ssm') {
    const message =
      'belongs to `hostAccess: ssh`; with `ssm` no port is open to anybody: pulumi config rm operatorCidrs';
    return [{ key: 'operatorCidrs', value: operatorCidrs, message }];
  }
  const blocks = [...new Set(operatorCidrs)];
  const fault = (message: string): ConfigFault => ({ key: 'operatorCidrs', value: operatorCidrs, message });
  const ofFamily = (family: 4 | 6) => blocks.filter((block) => parseCidr(block)?.family === family);
  return [
    ...(subnetId === undefined && blocks.length > 0 && ofFamily(4).length === 0
      ? [
          fault(
            'has IPv6 blocks only, and the network that is made has IPv4 only: nobody could reach the host. ' +
              'Your IPv4 address: `curl -4 https://checkip.amazonaws.com`',
          ),
        ]
      : []),
    ...([4, 6] as const)
      .filter((family) => ofFamily(family).length > MOST_OPERATOR_CIDRS)
      .map((family) =>
        fault(
          `has ${ofFamily(family).length} blocks of IPv${family}, and a security group carries ` +
            `${MOST_OPERATOR_CIDRS} (60 rules, five for each): put them together into wider ones`,
        ),
      ),
  ];
}
