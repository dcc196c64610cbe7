import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SERVICE_NAMES } from '../../../catalog';

/** A library, and what makes its spans. */
const INSTRUMENTED = { pg: 'pg', ioredis: 'ioredis', undici: 'undici' } as const;

/** Packages that a service has loaded, with its telemetry, before it starts. */
function packagesOf(service: string): Set<string> {
  const services = path.join(__dirname, '..', '..', '..');
  const program = `require(${JSON.stringify(path.join(services, service, 'service'))});
    process.stdout.write(Object.keys(require.cache).join('\\n'), () => process.exit());`;
  const files = execFileSync(
    process.execPath,
    ['--require', path.join(services, 'lib', 'telemetry', 'bootstrap.js'), '-e', program],
    { env: { PATH: process.env.PATH, SERVICE: service }, encoding: 'utf8' },
  ).split('\n');
  return new Set(
    files.flatMap((file) => /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []),
  );
}

describe("a service's instrumentations, chosen by the catalog", () => {
  for (const service of SERVICE_NAMES.filter((name) => name !== 'console'))
    it(`miss nothing that ${service} reaches out with`, () => {
      const packages = packagesOf(service);
      for (const [library, instrumentation] of Object.entries(INSTRUMENTED))
        assert.ok(
          !packages.has(library) || packages.has(`@opentelemetry/instrumentation-${instrumentation}`),
          `${service} loads ${library}, whose calls make no spans: does services/catalog.ts say that it calls it?`,
        );
    });
});
