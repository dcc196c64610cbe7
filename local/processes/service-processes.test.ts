import assert from 'node:assert/strict';
import { it } from 'node:test';
import { COMPILE_CACHE } from '../../machine/node/compile-cache';
import { CATALOG, serviceEntry } from '../../services/catalog';
import { serviceEnvironment, SHARES_PORTS, type ServiceSettings } from './service-processes';

const settings: ServiceSettings = {
  portOffset: 100,
  databaseUrls: { superuser: 'a', shop_app: 'postgres://app', conductor: 'postgres://conductor' },
  redis: { url: 'redis://r', kind: 'stand-in' },
  adminToken: 'token',
  keys: { otlp: 'of-the-run', cohort: 'of-the-load' },
  releases: { checkout: '1.1.0' },
  forwarding: {
    endpoint: 'https://vendor.example',
    protocol: 'grpc',
    headers: [{ name: 'Authorization', value: 'Bearer a,b=c' }],
    ca: '/ca.pem',
  },
  folder: { logs: '/logs' },
  env: {
    PATH: '/bin',
    OTEL_SDK_DISABLED: 'true',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=my-laptop',
    OTEL_SERVICE_NAME: 'mine',
    PGSSLMODE: 'require',
    NODE_OPTIONS: '--inspect',
    NODE_ENV: 'development',
    HTTPS_PROXY: 'http://proxy:3128',
    DATABASE_URL: 'postgres://mine',
    LOG_LEVEL: 'WARNING',
    CONSOLE_TRACE_LINK: 'https://vendor.example/{traceId}',
  },
  knownHosts: 'demo.test',
  logLevel: null,
};

it("gives a service its own settings, and nothing of the user's shell that is meant for others", () => {
  const entry = serviceEntry('checkout');
  assert.deepEqual(serviceEnvironment(entry, settings), {
    PATH: '/bin',
    NODE_ENV: 'production',
    SERVICE_VERSION: '1.1.0',
    ...(SHARES_PORTS ? { SHARE_PORT: 'true' } : {}),
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    SERVICE: 'checkout',
    HOST: '127.0.0.1',
    PORT: String(entry.port + 100),
    DATABASE_URL: 'postgres://app',
    COHORT_KEY: 'of-the-load',
    KNOWN_HOSTS: 'demo.test',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:8121',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-run',
    OTEL_RESOURCE_ATTRIBUTES: 'cx.application.name=ecommerce-platform,cx.subsystem.name=checkout',
  });
});

it('asks for both generations of database attributes where Coralogix reads them', () => {
  const to = (endpoint: string): string | undefined =>
    serviceEnvironment(serviceEntry('cart'), {
      ...settings,
      forwarding: { endpoint, protocol: 'grpc', headers: [], ca: null },
    }).OTEL_SEMCONV_STABILITY_OPT_IN;
  assert.equal(to('https://ingress.eu2.coralogix.com:443'), 'database/dup');
  assert.equal(to('https://coralogix.com.example'), undefined);
});

it('gives the console its own variables and the way to the world outside', () => {
  const env = serviceEnvironment(serviceEntry('console'), { ...settings, logLevel: 'debug' });
  assert.equal(env.OTLP_PORT, '8121');
  assert.equal(env.OTLP_TOKEN, 'of-the-run');
  assert.equal(env.COHORT_KEY, undefined);
  assert.equal(env.CONSOLE_FORWARD_OTLP_ENDPOINT, 'https://vendor.example');
  assert.equal(env.CONSOLE_FORWARD_OTLP_PROTOCOL, 'grpc');
  assert.equal(env.CONSOLE_FORWARD_OTLP_HEADERS, 'Authorization=Bearer%20a%2Cb%3Dc');
  assert.equal(env.CONSOLE_FORWARD_OTLP_CERTIFICATE, '/ca.pem');
  assert.equal(env.CONSOLE_TRACE_LINK, 'https://vendor.example/{traceId}');
  assert.equal(env.HTTPS_PROXY, 'http://proxy:3128');
  assert.equal(env.LOG_LEVEL, 'debug');
  assert.equal(env.FRONTEND_URL, 'http://127.0.0.1:8118');
  assert.equal(env.OTEL_SDK_DISABLED, undefined);
});

it('gives the admin token to the services with run-time control alone', () => {
  const holders = CATALOG.filter((entry) => 'ADMIN_TOKEN' in serviceEnvironment(entry, settings));
  assert.deepEqual(
    holders.map(({ name }) => name),
    ['load-generator', 'console'],
  );
});
