import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import {
  ExportTraceServiceRequestSchema,
  type ExportTraceServiceRequest,
} from '../../console/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb';

/** The resource of a span that a service with this environment sends. */
async function resourceOf(environment: Record<string, string>): Promise<Record<string, unknown>> {
  const received: ExportTraceServiceRequest[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.url === '/v1/traces') {
        received.push(fromBinary(ExportTraceServiceRequestSchema, Buffer.concat(parts)));
      }
      response.setHeader('content-type', 'application/x-protobuf').end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bootstrap = path.join(__dirname, 'bootstrap.js');
  const program = `
    require('@opentelemetry/api').trace.getTracer('test').startSpan('one').end();
    require(${JSON.stringify(bootstrap)}).shutdownTelemetry();`;
  try {
    await promisify(execFile)(process.execPath, ['--require', bootstrap, '-e', program], {
      cwd: __dirname,
      env: {
        PATH: process.env.PATH,
        SERVICE: 'cart',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
        ...environment,
      },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const [first] = received;
  assert.ok(first, 'no span arrived');
  return Object.fromEntries(
    first.resourceSpans.flatMap(({ resource }) =>
      (resource?.attributes ?? []).map(({ key, value }) => [key, value?.value.value]),
    ),
  );
}

describe('the resource of all telemetry', () => {
  it('is the service, and what the deployment says of it', async () => {
    const resource = await resourceOf({
      HOSTNAME: 'cart-1',
      OTEL_RESOURCE_ATTRIBUTES:
        'cx.application.name=ecommerce-platform,cx.subsystem.name=cart,k8s.pod.name=cart-1,k8s.node.name=my%20node',
    });
    const { 'telemetry.sdk.version': sdk, 'host.id': machine, 'host.arch': arch, ...rest } = resource;
    assert.match(String(sdk), /^\d+\.\d+\.\d+/);
    assert.ok(arch);
    // Where the system tells it.
    assert.notEqual(machine, '');
    assert.deepEqual(rest, {
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'host.name': hostname(),
      'service.name': 'cart',
      'service.version': '0.1.0',
      'service.namespace': 'ecommerce-demo',
      'service.instance.id': 'cart-1',
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      'cx.application.name': 'ecommerce-platform',
      'cx.subsystem.name': 'cart',
      'k8s.pod.name': 'cart-1',
      'k8s.node.name': 'my node',
    });
  });

  it('has the node for its host in a cluster, rather than the container', async () => {
    const resource = await resourceOf({ OTEL_RESOURCE_ATTRIBUTES: 'host.name=node-1,host.id=node-1' });
    assert.equal(resource['host.name'], 'node-1');
    assert.equal(resource['host.id'], 'node-1');
  });

  it('has the name of OTEL_SERVICE_NAME before any other', async () => {
    const resource = await resourceOf({
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=second,service.version=9',
      OTEL_SERVICE_NAME: 'first',
    });
    assert.equal(resource['service.name'], 'first');
    assert.equal(resource['service.version'], '9');
  });
});
