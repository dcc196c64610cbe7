import { createServer, request, type Server } from 'node:http';
import { connect } from 'node:net';

/** A proxy as companies have one: forwards plain requests and tunnels the rest, and writes down what it was asked. */
export interface TestProxy {
  server: Server;
  /** `GET http://host/path` or `CONNECT host:port`, in order. */
  asked: string[];
}

/**
 * @param portOf where a host that was asked for really is, on this machine: names of tests resolve nowhere
 */
export function testProxy(portOf: (host: string) => number): TestProxy {
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    asked.push(`${method} ${url}`);
    const { host, pathname, search } = new URL(url);
    const onward = request(
      { port: portOf(host), host: '127.0.0.1', method, path: pathname + search, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on('connect', ({ url = '' }, client, head: Buffer) => {
    asked.push(`CONNECT ${url}`);
    const target = connect(portOf(url), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) target.write(head);
      target.pipe(client);
      client.pipe(target);
    });
    for (const [one, other] of [
      [target, client],
      [client, target],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  return { server, asked };
}

/** Sets variables of this process's environment for the time of `work`; the other names of proxies are unset. */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const names = /^(https?|all|no|grpc|no_grpc)_proxy$/i;
  const before = Object.entries(process.env).filter(([name]) => names.test(name));
  for (const [name] of before) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, Object.fromEntries(before));
  }
}
