import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { context, SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describeClick } from './clicks.js';
import { Interactions } from './interactions.js';
import '../../../../test/mocks/page.mjs';

const exporter = new InMemorySpanExporter();
const interactions = new Interactions();
const provider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter }), interactions],
});
const tracer = provider.getTracer('test');
context.setGlobalContextManager(interactions);

/** A request that begins now. */
const request = () =>
  /** @type {import('@opentelemetry/sdk-trace').Span} */ (tracer.startSpan('GET', { kind: SpanKind.CLIENT }));
const ended = () => exporter.getFinishedSpans().map(({ name }) => name);
/** @param {string} name */
const spanOf = (name) => {
  const span = exporter.getFinishedSpans().find((each) => each.name === name);
  assert.ok(span, name);
  return span;
};

describe('what a visitor does', () => {
  beforeEach((test) => {
    exporter.reset();
    /** @type {import('node:test').TestContext} */ (test).mock.timers.enable({ apis: ['setTimeout'] });
  });

  it('is the parent of what it asks for, and of what follows from an answer, and ends with the last of it', (test) => {
    const click = interactions.begin(tracer, 'click Add', { 'app.widget.name': 'Add' });
    const first = request();
    test.mock.timers.tick(300);
    const second = request();
    first.end();
    assert.deepEqual(ended(), ['GET']);
    const answeredAt = Date.now() + 5000;
    second.end(answeredAt);
    assert.deepEqual(ended(), ['GET', 'GET', 'click Add']);
    assert.equal(spanOf('click Add').endTime[0], Math.floor(answeredAt / 1000));
    for (const span of exporter.getFinishedSpans().slice(0, 2))
      assert.equal(span.parentSpanContext?.spanId, click.span.spanContext().spanId);
    const later = request();
    assert.equal(later.parentSpanContext, undefined, 'later nobody has done anything');
    later.end();
  });

  it('that asks for nothing ends by itself', (test) => {
    interactions.begin(tracer, 'click Cart');
    test.mock.timers.tick(299);
    assert.deepEqual(ended(), []);
    test.mock.timers.tick(1);
    assert.deepEqual(ended(), ['click Cart']);
    assert.deepEqual(spanOf('click Cart').duration, [0, 0]);
  });

  it('last gets the requests; what was begun before goes on', (test) => {
    interactions.begin(tracer, 'click Add');
    const slow = request();
    const later = interactions.begin(tracer, 'click Cart');
    const quick = request();
    test.mock.timers.tick(300);
    assert.equal(quick.parentSpanContext?.spanId, later.span.spanContext().spanId);
    quick.end();
    assert.deepEqual(ended(), ['GET', 'click Cart']);
    slow.end();
    assert.deepEqual(ended(), ['GET', 'click Cart', 'GET', 'click Add']);
  });

  it('ends with the page, and once', (test) => {
    interactions.begin(tracer, 'click Place order');
    const cut = request();
    interactions.endAll();
    assert.deepEqual(ended(), ['GET', 'click Place order']);
    cut.end();
    test.mock.timers.tick(300);
    assert.deepEqual(ended(), ['GET', 'click Place order']);
  });
});

describe('a click', () => {
  /** @param {string} html */
  const named = (html) => {
    document.body.innerHTML = html;
    return describeClick(document.body.querySelector('[data-clicked]'));
  };

  it('is named by a caption of words, else by the id, never by what a product or a visitor is called', () => {
    assert.deepEqual(named('<button type="submit"><b data-clicked>Place  order</b></button>'), {
      name: 'click Place order',
      attributes: { 'app.widget.name': 'Place order' },
    });
    assert.equal(named('<button data-clicked id="open-cart">Cart 3</button>')?.name, 'click open-cart');
    assert.equal(named('<button data-clicked aria-label="Add Lumen 400">Add</button>')?.name, 'click Add');
    assert.equal(
      named('<button data-clicked>0af7651916cd43dd8448eb211c80319c</button>')?.name,
      'click button',
    );
  });

  it('on nothing is none', () => {
    assert.equal(named('<p data-clicked>Text</p>'), null);
    assert.equal(describeClick(null), null);
  });
});
