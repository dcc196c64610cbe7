import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import '../../../../../test/mocks/page.mjs';
import { failedTrace, failingState } from '../../../../../test/mocks/console-state.mjs';
const { whyView, mapOnlyView } = await import('./why.js');

/** @param {Element | null | undefined} node */
const read = (node) => (node?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('why', () => {
  const { fetch } = globalThis;
  /** @type {string[]} */
  const asked = [];
  before(() => {
    globalThis.fetch = (path) => {
      asked.push(String(path));
      return Promise.resolve(Response.json(failedTrace()));
    };
  });
  after(() => {
    globalThis.fetch = fetch;
  });

  it('leads from the cause to the effect, each step with its figure', () => {
    const view = whyView();
    view.update(failingState(), 'shown');
    const steps = [...view.element.querySelectorAll('.chain li')].map(read);
    assert.match(steps[0] ?? '', /The indexabsent/);
    assert.match(steps[1] ?? '', /1\.20 smedian; it scans the whole table/);
    assert.match(steps[2] ?? '', /5 of 5connections in use, 31 requests wait/);
    assert.match(steps[3] ?? '', /75 % failp95 3\.20 s; browsing 0 %/);
  });

  it('opens the wait of a failed checkout and leads from it to the scan that had the connection', async () => {
    const view = whyView();
    document.body.replaceChildren(view.element);
    view.update(failingState(), 'shown');
    await settled();
    await settled();
    const failing = view.element.querySelector('[data-kind="failing"]');
    assert.match(read(failing?.querySelector('.pane-head')), /2\.10 s · failed · 2 spans, 2 services/);
    assert.match(read(failing?.querySelector('.shares')), /waited for a connection 2\.00 s/);
    const link = failing?.querySelector('.span-links button');
    assert.equal(read(link), 'Open the scan in trace b2000000…, then 1.10 s old');
    assert.ok(link instanceof HTMLElement);
    link.click();
    await settled();
    assert.equal(asked.at(-1), `api/traces/${'b2'.padEnd(32, '0')}`);
  });

  it('says what a failed checkout lacked, and shows no plan where the outage leaves it as it is', () => {
    const view = whyView();
    const state = failingState();
    const plans = () => view.element.querySelector('.explain')?.hasAttribute('hidden');
    view.update(state, 'shown');
    assert.match(read(view.element), /with and without a connection from the pool\./);
    assert.equal(plans(), false);
    assert.ok(state.pulse);
    Object.assign(state.pulse.queue, { statement: 'reservation', lacks: 'the row of its product' });
    view.update(state, 'shown');
    assert.match(read(view.element), /with and without the row of its product\./);
    assert.equal(plans(), true);
  });

  it('says what PostgreSQL does with the query now, and that the other plan was not seen', () => {
    const view = whyView();
    view.update(failingState(), 'shown');
    const [withIndex, without] = [...view.element.querySelectorAll('.plan')].map(read);
    assert.match(withIndex ?? '', /not seen since the console started/);
    assert.match(without ?? '', /in force now.*Seq Scan on products/);
  });

  it('draws both cohorts of a call with their failures, by the threshold that the console sends', () => {
    const view = mapOnlyView();
    const state = failingState();
    view.update(state, 'shown');
    const labels = () => [...view.element.querySelectorAll('.edge-label.failing')].map(read);
    assert.deepEqual(labels(), ['75 %']);
    assert.match(read(view.element.querySelector('.legend')), /more than 2 % fail/);
    assert.ok(state.pulse);
    state.pulse.thresholds.degradingErrorRate = 0.8;
    view.update(state, 'map');
    assert.deepEqual(labels(), []);
  });
});
