import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { recommendationsQuery } from '../queries/recommendations-query';
import {
  BothGenerations,
  describeCommand,
  describeStatement,
  summaryOf,
  wantsBothGenerations,
} from './database-spans';

describe('spans of database calls', () => {
  it('are named by what they do to what', () => {
    assert.equal(summaryOf(recommendationsQuery.text, 'ecommerce'), 'SELECT ecommerce.products');
    assert.equal(
      summaryOf('insert into shop.orders (id) values ($1)', 'ecommerce'),
      'INSERT ecommerce.orders',
    );
    assert.equal(summaryOf('update "shop"."carts" set x = 1', 'ecommerce'), 'UPDATE ecommerce.carts');
    assert.equal(summaryOf('select 1', 'ecommerce'), 'SELECT ecommerce');
    assert.equal(
      summaryOf(
        'with written as (\n insert into shop.orders (id) values ($1)) select * from written',
        'ecommerce',
      ),
      'INSERT ecommerce.orders',
    );
  });

  it('say it in attributes, and where both generations are asked for in those of the one before, too', () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({
      spanProcessors: [new BothGenerations(), new SimpleSpanProcessor({ exporter })],
    });
    const tracer = provider.getTracer('test');
    const query = tracer.startSpan('pg', {
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': 'ecommerce',
        'db.query.text': recommendationsQuery.text,
        'server.address': 'db',
        'server.port': 5432,
      },
    });
    describeStatement(query, recommendationsQuery.text, 'ecommerce');
    query.end();
    const command = tracer.startSpan('hgetall', { attributes: { 'db.system.name': 'redis' } });
    describeCommand(command, 'hgetall', 'redis://:secret@host:6379/3');
    command.end();
    tracer.startSpan('no database').end();

    const [sql, redis, other] = exporter.getFinishedSpans();
    assert.equal(sql?.name, 'SELECT ecommerce.products');
    assert.deepEqual(sql.attributes, {
      'db.system.name': 'postgresql',
      'db.system': 'postgresql',
      'db.namespace': 'ecommerce',
      'db.name': 'ecommerce',
      'db.query.text': recommendationsQuery.text,
      'db.statement': recommendationsQuery.text,
      'db.operation.name': 'SELECT',
      'db.operation': 'SELECT',
      'db.collection.name': 'products',
      'db.sql.table': 'products',
      'db.query.summary': 'SELECT ecommerce.products',
      'server.address': 'db',
      'net.peer.name': 'db',
      'server.port': 5432,
      'net.peer.port': 5432,
      'peer.service': 'postgresql',
      'service.peer.name': 'postgresql',
    });
    assert.equal(redis?.name, 'hgetall 3');
    assert.equal(redis.attributes['db.name'], '3');
    assert.deepEqual(other?.attributes, {});
  });

  it('are of both generations by the switch that OpenTelemetry has for it', () => {
    assert.equal(wantsBothGenerations('http,database/dup'), true);
    assert.equal(wantsBothGenerations('database'), false);
    assert.equal(wantsBothGenerations(undefined), false);
  });
});
