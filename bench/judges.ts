/**
 * What programs that are not ours say of a run's telemetry: a collector with the span metrics of docs/coralogix/collector.yaml,
 * Jaeger behind it and Prometheus beside it. Prints their answers as Markdown, and fails where one of them misses something.
 *
 * `OTELCOL=… JAEGER=… PROMETHEUS=… npm run bench:judges [-- --mode blackfriday] [--from M --to M] [--minute-seconds S] [--scale X]`:
 * paths of the contrib collector, of Jaeger 2 and of Prometheus.
 *
 * Exit codes: 0 nothing missing, 1 something is, 2 it could not be tried.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { at, listAt, numberAt, textAt } from '../machine/json';
import { CATALOG } from '../services/catalog';
import { repositoryDir, TestShop, until } from '../test/harness';
import { runBench, runDemo } from './run';

const PORTS = {
  otlp: 24_318,
  metrics: 24_889,
  jaegerOtlp: 24_317,
  jaeger: 24_686,
  jaegerGrpc: 24_685,
  prometheus: 24_909,
};
const SERVICES = CATALOG.filter(({ shop }) => shop).map(({ name }) => name);
const STORES = ['postgresql', 'redis'];
/** The catalogs' metrics, as Prometheus calls them. */
const CALLS = ['calls_total', 'compact_calls_total', 'db_calls_total', 'db_compact_calls_total'];
/** Nodes and edges out of spans, the stores by the convention's own attribute. */
const SERVICE_GRAPH = {
  database_name_attributes: ['db.system.name'],
  metrics_flush_interval: '5s',
  store: { ttl: '15s', max_items: 50_000 },
};
/** The connectors flush each 30 s, Prometheus scrapes each 5 s. */
const SETTLED_AFTER_MS = 40_000;
const TRACES_LOOKED_AT = 1500;
/** A trace that began so long ago has come with all its spans. */
const WHOLE_AFTER_MS = 20_000;

/** docs/coralogix/collector.yaml with Jaeger and Prometheus where Coralogix is. */
function judgesConfiguration(): string {
  const config = parse(readFileSync(join(repositoryDir, 'docs/coralogix/collector.yaml'), 'utf8')) as {
    receivers: { otlp: { protocols: Record<string, unknown> } };
    exporters: Record<string, unknown>;
    connectors: Record<string, unknown>;
    service: {
      telemetry: { metrics: unknown };
      pipelines: Record<string, { receivers: string[]; exporters: string[] }>;
    };
  };
  config.receivers.otlp.protocols = { http: { endpoint: `127.0.0.1:${PORTS.otlp}` } };
  config.exporters = {
    'otlp/jaeger': { endpoint: `127.0.0.1:${PORTS.jaegerOtlp}`, tls: { insecure: true } },
    prometheus: {
      endpoint: `127.0.0.1:${PORTS.metrics}`,
      resource_to_telemetry_conversion: { enabled: true },
      send_timestamps: false,
    },
    debug: { verbosity: 'basic', sampling_initial: 1, sampling_thereafter: 1_000_000 },
  };
  config.service.telemetry.metrics = { level: 'none' };
  config.service.pipelines = Object.fromEntries(
    Object.entries(config.service.pipelines).map(([name, pipeline]) => {
      const [signal = ''] = name.split('/');
      const instead = { traces: 'otlp/jaeger', metrics: 'prometheus', logs: 'debug' }[signal] ?? '';
      const exporters = pipeline.exporters.map((id) => (id === 'otlp/coralogix' ? instead : id));
      return [name, { ...pipeline, exporters }];
    }),
  );
  config.connectors.servicegraph = SERVICE_GRAPH;
  config.service.pipelines['traces/servicegraph'] = { receivers: ['otlp'], exporters: ['servicegraph'] };
  config.service.pipelines['metrics/servicegraph'] = {
    receivers: ['servicegraph'],
    exporters: ['prometheus'],
  };
  return stringify(config);
}

/** Jaeger 2 with everything in memory. */
function jaegerConfiguration(): unknown {
  const at = (port: number) => ({ endpoint: `127.0.0.1:${port}` });
  return {
    receivers: { otlp: { protocols: { grpc: at(PORTS.jaegerOtlp) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 50_000 } } } },
      jaeger_query: { storage: { traces: 'memory' }, http: at(PORTS.jaeger), grpc: at(PORTS.jaegerGrpc) },
    },
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
    },
  };
}

/** A program under way, with what it logs. */
class Judge {
  log = '';
  private readonly child: ChildProcess;

  constructor(
    readonly name: string,
    command: string,
    args: string[],
    private readonly ready: string,
  ) {
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.log += chunk.toString('utf8')));
    this.child.on('error', (error) => (this.log += error.message));
  }

  /** Waits until it answers. */
  async answers(): Promise<void> {
    await until(
      () =>
        fetch(this.ready).then(
          () => true,
          () => false,
        ),
      30_000,
      () => `${this.name}:\n${this.log.slice(-2000)}`,
    );
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.pid === undefined) return;
    this.child.kill('SIGTERM');
    await Promise.race([once(this.child, 'exit'), delay(5000).then(() => this.child.kill('SIGKILL'))]);
  }
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  return JSON.parse(await response.text()) as unknown;
}

/** The one number that a PromQL query answers; NaN for none. */
async function query(promql: string): Promise<number> {
  const answer = await vector(promql);
  return Number(answer[0]?.value ?? Number.NaN);
}

async function vector(promql: string): Promise<{ metric: Record<string, string>; value: string }[]> {
  const answer = await json(
    `http://127.0.0.1:${PORTS.prometheus}/api/v1/query?query=${encodeURIComponent(promql)}`,
  );
  return listAt(answer, 'data', 'result').map((each) => ({
    metric: at(each, 'metric') as Record<string, string>,
    value: String(listAt(each, 'value')[1]),
  }));
}

const missing: string[] = [];
function expectAll(what: string, wanted: readonly string[], found: ReadonlySet<string>): string {
  const absent = wanted.filter((name) => !found.has(name));
  if (absent.length > 0) missing.push(`${what}: no ${absent.join(', ')}`);
  return `${wanted.length - absent.length} of ${wanted.length}`;
}
function expectNone(what: string, count: number): string {
  if (count !== 0) missing.push(`${what}: ${count}`);
  return String(count);
}

/** The shop's calls, as `client → server`. */
const SHOP_CALLS = CATALOG.filter(({ shop }) => shop).flatMap(({ name, calls }) =>
  calls.map((other) => `${name} → ${other}`),
);

async function askJaeger(): Promise<string[][]> {
  const base = `http://127.0.0.1:${PORTS.jaeger}/api`;
  const services = new Set(listAt(await json(`${base}/services`), 'data').map(String));
  const edges = listAt(await json(`${base}/dependencies?endTs=${Date.now()}&lookback=3600000`), 'data').map(
    (edge) => `${textAt(edge, 'parent') ?? ''} → ${textAt(edge, 'child') ?? ''}`,
  );
  // Younger ones may be on their way: baseline goes on.
  const newest = new Date(Date.now() - WHOLE_AFTER_MS);
  const oldest = new Date(newest.getTime() - 3_600_000);
  const traces = listAt(
    await json(
      `${base}/traces?service=load-generator&limit=${TRACES_LOOKED_AT}&start=${oldest.getTime()}000&end=${newest.getTime()}000`,
    ),
    'data',
  );
  let [spans, deepest] = [0, 0];
  const orphans: string[] = [];
  const peers = new Set<string>();
  for (const trace of traces) {
    const parents = new Map<string, string | null>();
    const names = new Map<string, string>();
    for (const span of listAt(trace, 'spans')) {
      spans += 1;
      const parent = listAt(span, 'references').find((each) => textAt(each, 'refType') === 'CHILD_OF');
      const id = textAt(span, 'spanID') ?? '';
      parents.set(id, textAt(parent, 'spanID'));
      const process = textAt(span, 'processID') ?? '';
      names.set(
        id,
        `${textAt(trace, 'processes', process, 'serviceName') ?? ''} ${textAt(span, 'operationName') ?? ''}`,
      );
      const peer = listAt(span, 'tags').find((tag) => textAt(tag, 'key') === 'peer.service');
      if (peer !== undefined) peers.add(textAt(peer, 'value') ?? '');
    }
    for (const [id, parent] of parents) {
      if (parent !== null && !parents.has(parent))
        orphans.push(`${names.get(id) ?? ''} of trace ${textAt(trace, 'traceID') ?? ''}`);
      let depth = 1;
      for (let above = parent; above !== null; above = parents.get(above) ?? null) depth += 1;
      deepest = Math.max(deepest, depth);
    }
  }
  // The UI's API compares clocks by a process tag `ip`, which no convention has; version 3 of it by `host.id`.
  const asked = `query.service_name=load-generator&query.num_traces=${TRACES_LOOKED_AT}&query.start_time_min=${oldest.toISOString()}&query.start_time_max=${newest.toISOString()}`;
  const whole = await (await fetch(`${base}/v3/traces?${asked}`)).text();
  if (!whole.includes('"resourceSpans"'))
    missing.push(`Jaeger, version 3 of its API: ${whole.slice(0, 200)}`);
  const warnings = whole.split('@jaeger@warnings').length - 1;
  return [
    ['Jaeger', 'services', expectAll('Jaeger, services', SERVICES, services)],
    [
      'Jaeger',
      'calls between services (dependencies)',
      expectAll('Jaeger, dependencies', SHOP_CALLS, new Set(edges)),
    ],
    ['Jaeger', 'stores as peers of spans', expectAll('Jaeger, peers', STORES, peers)],
    [
      'Jaeger',
      `warnings in ${traces.length} traces, ${spans} spans`,
      expectNone('Jaeger, warnings', warnings),
    ],
    [
      'Jaeger',
      'spans without their parent',
      expectNone(`Jaeger, orphans (${orphans.slice(0, 5).join('; ')})`, orphans.length),
    ],
    ['Jaeger', 'deepest trace', `${deepest} levels`],
  ];
}

async function askPrometheus(seconds: number): Promise<string[][]> {
  const rows: string[][] = [];
  const labels = async (metric: string, label: string): Promise<Set<string>> =>
    new Set(
      (await vector(`count by (${label}) (${metric})`)).map(({ metric: { [label]: value = '' } }) => value),
    );
  for (const metric of CALLS) {
    const cohorts = expectAll(metric, ['baseline', 'demo'], await labels(metric, 'traffic_type'));
    const of = metric.startsWith('db')
      ? `stores ${expectAll(metric, STORES, await labels(metric, 'db_system'))}`
      : `services ${expectAll(metric, SERVICES, await labels(metric, 'service_name'))}`;
    rows.push(['Prometheus', `\`${metric}\``, `${of}, cohorts ${cohorts}`]);
  }
  const graph = (await vector('sum by (client, server) (traces_service_graph_request_total)')).map(
    ({ metric: { client = '', server = '' } }) => ({ client, server }),
  );
  const nodes = new Set(graph.flatMap(({ client, server }) => [client, server]));
  const edges = new Set(graph.map(({ client, server }) => `${client} → ${server}`));
  rows.push(
    ['service graph', 'services as nodes', expectAll('service graph', SERVICES, nodes)],
    ['service graph', 'stores as nodes', expectAll('service graph', STORES, nodes)],
    ['service graph', 'calls as edges', expectAll('service graph, edges', SHOP_CALLS, edges)],
  );
  const range = `[${Math.ceil(seconds)}s]`;
  const shop = 'http_route="/api/checkout",traffic_type="demo"';
  const span =
    'service_name="frontend",span_kind="SPAN_KIND_SERVER",span_name="POST /api/checkout",traffic_type="demo"';
  // Counts, not rates: the connectors flush each 30 s, and healthy traffic goes on meanwhile.
  const failed = {
    'the shop’s metric': await query(
      `sum(http_server_request_duration_seconds_count{${shop},error_type!=""})`,
    ),
    'span metrics': await query(`sum(calls_total{${span},status_code="STATUS_CODE_ERROR"})`),
  };
  if (failed['the shop’s metric'] !== failed['span metrics'])
    missing.push('failed checkouts are counted differently');
  for (const [who, count] of Object.entries(failed))
    rows.push(['Prometheus', `checkouts (demo) that failed, by ${who}`, String(count)]);
  const p95 = await query(
    `1000 * histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket{${shop}}${range})))`,
  );
  const coarse = await query(
    `histogram_quantile(0.95, sum by (le) (rate(duration_milliseconds_bucket{${span}}${range})))`,
  );
  rows.push(
    ['Prometheus', 'their p95, by the shop’s metric', `${p95.toFixed(0)} ms`],
    ['Prometheus', 'their p95, by span metrics (bounds 2 s, 5 s)', `${coarse.toFixed(0)} ms`],
  );
  return rows;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      mode: { type: 'string', default: 'blackfriday' },
      from: { type: 'string', default: '8' },
      to: { type: 'string', default: '26' },
      'minute-seconds': { type: 'string', default: '6' },
      scale: { type: 'string', default: '0.25' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'judges-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const local = (port: number): string => `127.0.0.1:${port}`;
  const scrape = {
    global: { scrape_interval: '5s' },
    scrape_configs: [
      { job_name: 'collector', static_configs: [{ targets: [local(PORTS.metrics)] }], honor_labels: true },
    ],
  };
  const judges = [
    new Judge(
      'Jaeger',
      process.env.JAEGER ?? 'jaeger',
      ['--config', file('jaeger.yaml', stringify(jaegerConfiguration()))],
      `http://${local(PORTS.jaeger)}/api/services`,
    ),
    new Judge(
      'Prometheus',
      process.env.PROMETHEUS ?? 'prometheus',
      [
        `--config.file=${file('prometheus.yaml', stringify(scrape))}`,
        `--storage.tsdb.path=${join(folder, 'tsdb')}`,
        `--web.listen-address=${local(PORTS.prometheus)}`,
      ],
      `http://${local(PORTS.prometheus)}/-/ready`,
    ),
  ];
  const shop = new TestShop(
    `judges-${process.pid}`,
    ['--rows', '100000', '--scale', values.scale, '--otlp-endpoint', `http://${local(PORTS.otlp)}`],
    4000,
  );
  try {
    for (const judge of judges) await judge.answers();
    // Only now: it warns when it cannot send.
    const collector = new Judge(
      'the collector',
      process.env.OTELCOL ?? 'otelcol-contrib',
      ['--config', file('collector.yaml', judgesConfiguration())],
      `http://${local(PORTS.otlp)}/`,
    );
    judges.push(collector);
    await collector.answers();
    shop.configure({ demoMode: 'normal' });
    await shop.start();
    const startedAt = Date.now();
    await runDemo(shop, [
      ...['--mode', values.mode, '--minute-seconds', values['minute-seconds']],
      ...['--from', values.from, '--to', values.to],
    ]);
    await delay(SETTLED_AFTER_MS);
    const seconds = (Date.now() - startedAt) / 1000;
    const { body: health } = await shop.request('console', '/health');
    // Names that Coralogix publishes are older than the collector's own; that is no trouble of the telemetry.
    const collectorTrouble = collector.log
      .split('\n')
      .filter((line) => /\t(warn|error)\t/.test(line) && !line.includes('deprecated'));
    const rows = [
      ...(await askJaeger()),
      ...(await askPrometheus(seconds)),
      [
        'collector',
        'warnings and errors it logs',
        expectNone('the collector’s log', collectorTrouble.length),
      ],
      [
        'shop',
        `payloads forwarded: ${numberAt(health, 'forwarding', 'forwarded') ?? 0}; lost or refused`,
        expectNone('the forwarder', numberAt(health, 'forwarding', 'dropped') ?? Number.NaN),
      ],
    ];
    console.log(`\n| who | ${values.mode} | answer |\n|---|---|---|`);
    for (const row of rows) console.log(`| ${row.join(' | ')} |`);
    for (const fault of missing) console.log(`✗ ${fault}`);
    for (const line of collectorTrouble.slice(0, 5)) console.log(line);
    return missing.length === 0 ? 0 : 1;
  } finally {
    await shop.dispose();
    for (const judge of judges.reverse()) await judge.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

runBench(main);
