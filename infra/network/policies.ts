import type * as k8s from '@pulumi/kubernetes';
import {
  CATALOG,
  CONSOLE_OTLP,
  serviceEntry,
  type ServiceName,
  type StoreName,
} from '../../services/catalog';
import { selectorOf } from '../cluster/cluster';
import { OTLP_HTTP_PORT } from '../collector/collector';
import { POSTGRES_PORT } from '../postgres/server';
import { REDIS_PORT } from '../redis/redis';

type PolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;

/** One flow that is allowed: from a workload (or from outside) to a workload's port. */
export interface Flow {
  /** Workload, or `outside` for NodePorts. */
  from: string;
  /** Workload, or `outside` for back ends. */
  to: string;
  port: number;
}

const STORE_PORTS: Readonly<Record<StoreName, number>> = { postgresql: POSTGRES_PORT, redis: REDIS_PORT };
const DNS_PORT = 53;
/** What people and `pulumi` reach from outside. */
export const EXPOSED: readonly ServiceName[] = ['frontend', 'console'];

/**
 * Every flow there may be: the catalog's edges, each service to the collector, the collector to the console and out,
 * NodePorts from outside, and the set-up Job to PostgreSQL.
 *
 * @param vendorPorts ports of the back ends the collector sends to
 */
export function allowedFlows(vendorPorts: readonly number[]): Flow[] {
  return [
    ...CATALOG.flatMap(({ name, calls, mayCall, stores }) => [
      ...[...calls, ...mayCall].map((callee) => ({
        from: name,
        to: callee,
        port: serviceEntry(callee).port,
      })),
      ...stores.map((store) => ({ from: name, to: store, port: STORE_PORTS[store] })),
      { from: name, to: 'collector', port: OTLP_HTTP_PORT },
    ]),
    { from: 'collector', to: 'console', port: CONSOLE_OTLP.port },
    ...vendorPorts.map((port) => ({ from: 'collector', to: 'outside', port })),
    ...EXPOSED.map((name) => ({ from: 'outside', to: name, port: serviceEntry(name).port })),
    { from: 'outside', to: 'postgresql', port: STORE_PORTS.postgresql },
    { from: 'setup', to: 'postgresql', port: STORE_PORTS.postgresql },
  ];
}

const podsOf = (name: string) => ({ matchLabels: selectorOf(name) });
const tcp = (port: number) => [{ protocol: 'TCP', port }];

/** The policies that allow just these flows, DNS, and nothing else, by name. */
export function policySpecs(flows: readonly Flow[]): Record<string, PolicySpec> {
  const workloads = [...new Set(flows.flatMap(({ from, to }) => [from, to]))].filter(
    (name) => name !== 'outside',
  );
  return {
    'deny-all': { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    'allow-dns': {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          ports: [
            { protocol: 'UDP', port: DNS_PORT },
            { protocol: 'TCP', port: DNS_PORT },
          ],
        },
      ],
    },
    ...Object.fromEntries(workloads.map((name) => [name, workloadSpec(name, flows)])),
  };
}

function workloadSpec(name: string, flows: readonly Flow[]): PolicySpec {
  const ingress = flows
    .filter(({ to }) => to === name)
    .map(({ from, port }) =>
      from === 'outside'
        ? // A NodePort's caller may appear as any address, the node's own included.
          { ports: tcp(port) }
        : { from: [{ podSelector: podsOf(from) }], ports: tcp(port) },
    );
  const egress = flows
    .filter(({ from }) => from === name)
    .map(({ to, port }) =>
      to === 'outside'
        ? { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: tcp(port) }
        : { to: [{ podSelector: podsOf(to) }], ports: tcp(port) },
    );
  return {
    podSelector: podsOf(name),
    policyTypes: ['Ingress', 'Egress'],
    ...(ingress.length > 0 ? { ingress } : {}),
    ...(egress.length > 0 ? { egress } : {}),
  };
}
