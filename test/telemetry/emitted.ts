import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Sink, type Sending } from './sink';

const LIB = path.resolve(__dirname, '..', '..', 'services', 'lib');

/**
 * Runs a program in a process of its own with the telemetry bootstrap, as a service runs, and returns all that it
 * sends. `lib('server')` in it requires a file of services/lib; it ends by itself, and its telemetry is flushed then.
 */
export async function emittedBy(program: string, environment: Record<string, string> = {}): Promise<Sending> {
  const sink = await Sink.open();
  const bootstrap = path.join(LIB, 'telemetry', 'bootstrap.js');
  const whole = `
    const lib = (name) => require(${JSON.stringify(LIB)} + '/' + name);
    (async () => { ${program} })()
      .then(() => lib('telemetry/bootstrap').shutdownTelemetry())
      .then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });`;
  try {
    await promisify(execFile)(process.execPath, ['--require', bootstrap, '-e', whole], {
      cwd: __dirname,
      env: {
        PATH: process.env.PATH,
        // One that calls others and asks both stores: it has all the instrumentations.
        SERVICE: 'product-catalog',
        LOG_LEVEL: 'debug',
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        ...environment,
      },
    });
  } finally {
    await sink.close();
  }
  return sink.received();
}

/** A service on a free port of its own, with the routes given as the body of a function of `router`; `url` is its. */
export function withService(routes: string, then: string): string {
  return `
    const net = require('node:net');
    const port = await new Promise((resolve) => {
      const probe = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address();
        probe.close(() => resolve(port));
      });
    });
    process.env.PORT = String(port);
    process.env.HOST = '127.0.0.1';
    const url = 'http://127.0.0.1:' + port;
    const { HttpError } = lib('errors');
    await lib('server').runService({ name: process.env.SERVICE, routes: (router) => { ${routes} } });
    ${then}`;
}
