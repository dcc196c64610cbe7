import { BlockList, isIP } from 'node:net';

/** By which proxy an address is reached. */
export type Proxy = NonNullable<ReturnType<typeof proxyFor>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for an address, by the rules of curl: `https_proxy` for https, `http_proxy` for http,
 * in either case, unless NO_PROXY has its host, a domain of it, its network or `*`. This machine and what only the cluster
 * or the local network can resolve are never reached by one.
 *
 * @returns the variable that names it, and its host with its port (the URL may have a login); null: directly
 */
export function proxyFor(address: string, env: Environment = process.env) {
  const { protocol, hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isInside(host) || isExempt(host, port === '' ? (protocol === 'https:' ? '443' : '80') : port, env)) {
    return null;
  }
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  for (const variable of [name, name.toUpperCase()]) {
    const value = env[variable]?.trim() ?? '';
    const url = value.includes('://') ? value : `http://${value}`;
    if (value !== '' && URL.canParse(url)) return { url, variable, host: new URL(url).host };
  }
  return null;
}

/** Whether a host is this machine, or a name of a cluster or a local network. */
function isInside(host: string): boolean {
  if (isIP(host) === 0)
    return !host.includes('.') || /\.(localhost|local|svc)$|^host\.docker\.internal$/.test(host);
  return ['127.0.0.0/8', '0.0.0.0/32', '::1/128', '::/128'].some((own) => isInNetwork(host, own));
}

/** Whether NO_PROXY has a host: `*`, `example.com` and `.example.com` (with all below), `host:port`, an address, a network. */
function isExempt(host: string, port: string, env: Environment): boolean {
  return (env.no_proxy ?? env.NO_PROXY ?? '')
    .toLowerCase()
    .split(/[,\s]+/)
    .some((entry) => {
      if (entry === '' || entry === '*') return entry === '*';
      const [, name = '', onlyPort = port] = /^(\[.+\]|[^:]+|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (onlyPort !== port) return false;
      const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
      return host === bare || (isIP(host) === 0 ? host.endsWith(`.${bare}`) : isInNetwork(host, bare));
    });
}

function isInNetwork(address: string, network: string): boolean {
  const [first = '', prefix = ''] = network.split('/');
  const family = isIP(first);
  if (family === 0 || !/^\d+$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const block = new BlockList();
  block.addSubnet(first, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return block.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/**
 * What a proxy may have to do with a connection that failed, to stand behind the reason.
 *
 * @param reason of the failure, with its code where it has one
 * @returns empty where a proxy has nothing to do with it
 */
export function proxyHint(address: string, reason: string, env: Environment = process.env): string {
  const proxy = proxyFor(address, env);
  if (proxy !== null) return `, by the proxy ${proxy.host} of ${proxy.variable}`;
  const unknown = /ENOTFOUND|EAI_AGAIN|no such host|Name resolution failed/.test(reason);
  if (!unknown) return '';
  return `; where only a proxy leads out, set ${address.startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY'} to it`;
}
