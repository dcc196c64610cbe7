import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { collectorConfiguration } from './configuration';

interface Connector {
  namespace?: string;
  dimensions?: { name: string }[];
  exclude_dimensions?: string[];
}
interface Pipeline {
  receivers: string[];
  processors: string[];
  exporters: string[];
}
interface Configuration {
  receivers: Record<string, unknown>;
  exporters: Record<string, unknown>;
  connectors: Record<string, Connector>;
  processors: Record<string, unknown>;
  service: { pipelines: Record<string, Pipeline> };
}

const REPOSITORY = path.join(__dirname, '..', '..', '..');
const file = (name: string): string => readFileSync(path.join(REPOSITORY, name), 'utf8');
const published = parse(file('test/published/coralogix-collector.yaml')) as Pick<
  Configuration,
  'connectors' | 'processors'
> & { pipelines: Record<string, Pipeline> };
const COHORT = 'traffic.type';

const text = (spanMetrics: boolean): string =>
  collectorConfiguration({ otlp: null, coralogix: { domain: 'eu2.coralogix.com', spanMetrics } });
const config = parse(text(true)) as Configuration;
const { pipelines } = config.service;

describe("the collector's span metrics, against what Coralogix publishes of its own", () => {
  const ids = Object.keys(published.connectors).filter((id) => id.startsWith('spanmetrics'));

  it('has the four connectors with their names, namespaces, dimensions and bounds, and the cohort beside them', () => {
    assert.equal(ids.length, 4);
    for (const id of ids) {
      const { dimensions = [], ...ours } = config.connectors[id] ?? {};
      const { dimensions: theirs = [], ...rest } = published.connectors[id] ?? {};
      assert.deepEqual(ours, rest, id);
      assert.deepEqual(dimensions, [...theirs, { name: COHORT }], id);
    }
  });

  it('prepares the spans as published', () => {
    for (const id of ['filter/db_spanmetrics', 'filter/db_compact_spanmetrics', 'transform/compact'])
      assert.deepEqual(config.processors[id], published.processors[id], id);
    // What is kept of a span for the compact catalog: as published, and the cohort.
    assert.equal(
      JSON.stringify(config.processors['transform/db_compact']),
      JSON.stringify(published.processors['transform/db_compact']).replace(
        '[\\"db.namespace\\", \\"db.system\\"]',
        `[\\"db.namespace\\", \\"db.system\\", \\"${COHORT}\\"]`,
      ),
    );
    for (const branch of ['traces/compact', 'traces/db', 'traces/db_compact'])
      assert.deepEqual(pipelines[branch], published.pipelines[branch], branch);
    const statements = (id: string, source: Record<string, unknown>): string[] =>
      [...JSON.stringify(source[id]).matchAll(/"(set\((?:[^"\\]|\\.)*)"/g)].map(([, found = '']) => found);
    const [method] = statements('transform/semconv', config.processors);
    assert.ok(statements('transform/semconv', published.processors).includes(method ?? ''), method);
    // Only span metrics pass here, so that their scope needs no test.
    assert.deepEqual(
      statements('transform/spanmetrics', config.processors),
      statements('transform/spanmetrics', published.processors).map((statement) =>
        statement.replace('instrumentation_scope.name == \\"spanmetricsconnector\\" and ', ''),
      ),
    );
  });

  it('sends traces and metrics to Coralogix, and changes no span on its way to the console', () => {
    assert.deepEqual(pipelines.traces?.exporters, ['otlphttp/console', 'forward/coralogix']);
    assert.deepEqual(pipelines.traces.processors, ['memory_limiter', 'batch']);
    assert.ok(pipelines['traces/coralogix']?.exporters.includes('otlp/coralogix'));
    assert.deepEqual(pipelines['metrics/spans']?.receivers, ids);
    assert.deepEqual(pipelines['metrics/spans'].exporters, ['otlp/coralogix']);
    // Nothing is named that is not there, and nothing is there that no pipeline uses.
    const used = Object.values(pipelines).flatMap(({ receivers, processors, exporters }) => [
      ...receivers,
      ...processors,
      ...exporters,
    ]);
    const { receivers, processors, exporters, connectors } = config;
    const defined = [receivers, processors, exporters, connectors].flatMap((part) => Object.keys(part));
    assert.deepEqual([...new Set(used)].sort(), defined.sort());
  });

  it('needs core components only where the stack does without them', () => {
    const plain = parse(text(false)) as Partial<Configuration>;
    assert.equal(plain.connectors, undefined);
    assert.deepEqual(Object.keys(plain.processors ?? {}), ['memory_limiter', 'batch']);
    assert.deepEqual(plain.service?.pipelines.traces?.exporters, ['otlphttp/console', 'otlp/coralogix']);
  });

  it('stands in docs/coralogix/collector.yaml for a shop on one machine', () => {
    const name = path.join(REPOSITORY, 'docs/coralogix/collector.yaml');
    const made =
      '# Between `npm start -- --otlp-endpoint http://127.0.0.1:4318` and Coralogix, for its catalogs (docs/coralogix.md):\n' +
      '# CORALOGIX_PRIVATE_KEY=… otelcol-contrib --config docs/coralogix/collector.yaml\n' +
      collectorConfiguration({
        console: false,
        otlp: null,
        coralogix: { domain: 'eu2.coralogix.com', spanMetrics: true },
      });
    if (process.env.UPDATE_SNAPSHOTS) writeFileSync(name, made);
    assert.equal(readFileSync(name, 'utf8'), made, 'UPDATE_SNAPSHOTS=1 writes a new one');
  });
});
