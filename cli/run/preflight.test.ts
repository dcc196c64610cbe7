import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveScenario } from '../../scenario/resolve';
import { runOf } from '../../scenario/override/change';
import type { Override, Scenario } from '../../scenario/types';
import { SERVICE_NAMES } from '../../services/catalog';
import { Interrupted } from '../../machine/errors';
import { cohortStats, type TelemetrySummary } from '../observation/answers';
import type { Instance } from '../target/target';
import { preflight, type PreflightTools } from './preflight';

const NOW = 1_700_000_000;
const normal = resolveScenario({}, { nowSeconds: NOW, scaleDefault: 0.25 });
const outage = resolveScenario(
  { demoMode: 'blackfriday' },
  { nowSeconds: NOW, startTimestamp: NOW, scaleDefault: 0.25 },
);

interface Shop {
  /** At a moment (s since the beginning). */
  unready?: (at: number) => string | null;
  desired?: Scenario | null;
  override?: Override | null;
  indexes?: (at: number) => Scenario['indexes'];
  failed?: (at: number) => number;
  telemetry?: (at: number) => Partial<TelemetrySummary>;
}

/** Looks at a shop, by a clock that only waiting moves. @returns the seconds it took, and what was printed */
async function look(shop: Shop, interruptAt = Infinity): Promise<{ seconds: number; lines: string[] }> {
  let seconds = 0;
  const lines: string[] = [];
  const tools: PreflightTools = {
    target: {
      kind: 'local',
      consoleUrl: 'http://console',
      dataDir: '/data',
      namespace: null,
      instances: () =>
        Promise.resolve(
          SERVICE_NAMES.map((workload): Instance => {
            const reason = workload === 'cart' ? (shop.unready?.(seconds) ?? null) : null;
            return { workload, name: `${workload}-1`, ready: reason === null, reason, restarts: 0, pid: 1 };
          }),
        ),
    },
    observer: {
      traffic: () =>
        Promise.resolve({
          baseline: cohortStats({ total: { requests: seconds * 2, errors: shop.failed?.(seconds) ?? 0 } }),
          demo: cohortStats({ total: { requests: seconds, errors: 0 } }),
        }),
      telemetry: () =>
        Promise.resolve({
          arriving: true,
          lastSpanAgeMs: 100,
          spansReceived: 1000,
          baselineRequests: 25,
          demoRequests: 15,
          catalog: { requests: 25, p95Ms: 5 },
          ...shop.telemetry?.(seconds),
        }),
    },
    conductor: {
      readState: () =>
        Promise.resolve({
          desired: shop.desired === undefined ? normal : shop.desired,
          override: shop.override ?? null,
        }),
      readIndexes: () => Promise.resolve(shop.indexes?.(seconds) ?? normal.indexes),
    },
    output: { line: (text) => lines.push(text) },
    now: () => seconds * 1000,
    wait: (ms) => {
      seconds += ms / 1000;
      return seconds >= interruptAt ? Promise.reject(new Interrupted('Ctrl-C')) : Promise.resolve();
    },
  };
  assert.equal(await preflight(tools), shop.desired === undefined ? normal : shop.desired);
  return { seconds, lines };
}

describe('pre-flight', () => {
  it('takes ten green seconds of a shop that is well, and tells each check', async () => {
    const { seconds, lines } = await look({});
    assert.equal(seconds, 10);
    assert.equal(lines.filter((line) => line.startsWith('  ✓')).length, 4);
  });

  it('waits for what is on its way: a service, an index that the console builds, ten good seconds, spans', async () => {
    const { seconds, lines } = await look({
      unready: (at) => (at < 3 ? 'redis: away' : null),
      indexes: (at) => (at < 6 ? outage.indexes : normal.indexes),
      failed: (at) => (at > 9 ? 2 : 0),
      telemetry: (at) => (at < 25 ? { demoRequests: 0 } : {}),
    });
    assert.equal(seconds, 25);
    assert.match(
      lines.join('\n'),
      /2 of \d+ baseline journeys and 0 of \d+ checkouts failed: waiting for ten/,
    );
  });

  it('refuses what does not become well, with its reason', async () => {
    await assert.rejects(
      look({ unready: () => 'redis: away' }),
      /cart \(cart-1\) is not ready: redis: away\n.*\/data\/logs/,
    );
    await assert.rejects(look({ override: runOf(outage, 'cli') }), /Another run is under way/);
    await assert.rejects(look({ desired: null }), /no scenario yet/);
    await assert.rejects(look({ desired: outage }), /in mode blackfriday/);
    await assert.rejects(
      look({ indexes: () => outage.indexes }),
      /idx_products_category is absent.*npm run rollback/,
    );
    await assert.rejects(look({ failed: (at) => at }), /not green for ten seconds/);
    await assert.rejects(
      look({ telemetry: () => ({ arriving: false, lastSpanAgeMs: null }) }),
      /Telemetry does not arrive: .*whole life.*http:\/\/console/,
    );
  });

  it('ends as soon as somebody asks for the end', async () => {
    await assert.rejects(look({}, 4), Interrupted);
  });
});
