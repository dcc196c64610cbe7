import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { collectorConfiguration } from './configuration';

interface Configuration {
  receivers: Record<string, unknown>;
  processors: Record<string, unknown>;
  exporters: Record<string, { endpoint?: string; headers?: Record<string, string> }>;
  service: { pipelines: Record<string, { exporters: string[] }> };
}
const CORE = new Set(['otlp', 'memory_limiter', 'batch', 'otlphttp', 'debug']);
const read = (...args: Parameters<typeof collectorConfiguration>) =>
  parse(collectorConfiguration(...args)) as Configuration;

describe("the collector's configuration", () => {
  it('is made of core components only, where no metrics are made of spans', () => {
    const config = read({
      otlp: { endpoint: 'https://x', headerNames: ['a'] },
      coralogix: { domain: 'eu2.coralogix.com', spanMetrics: false },
    });
    for (const part of [config.receivers, config.processors, config.exporters]) {
      for (const name of Object.keys(part)) assert.ok(CORE.has(name.split('/')[0] ?? ''), name);
    }
  });

  it('sends everything to the console, and without a back end to the log', () => {
    const { service } = read({ otlp: null, coralogix: null });
    for (const pipeline of ['traces', 'metrics', 'logs']) {
      assert.deepEqual(service.pipelines[pipeline]?.exporters, ['otlphttp/console', 'debug']);
    }
  });

  it('names secrets, and has none', () => {
    const { exporters } = read({
      otlp: { endpoint: 'https://otlp.example.com', headerNames: ['authorization'] },
      coralogix: { domain: 'eu2.coralogix.com', spanMetrics: false },
    });
    assert.deepEqual(exporters['otlphttp/vendor']?.headers, { authorization: '${env:OTLP_HEADER_0}' });
    assert.equal(exporters['otlp/coralogix']?.endpoint, 'ingress.eu2.coralogix.com:443');
    assert.equal(exporters['otlp/coralogix'].headers?.Authorization, 'Bearer ${env:CORALOGIX_PRIVATE_KEY}');
    assert.equal(exporters['otlp/coralogix'].headers['CX-Application-Name'], 'ecommerce-platform');
  });
});
