import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../../../../../test/mocks/page.mjs';
import { failingState, stats } from '../../../../../test/mocks/console-state.mjs';
const { stageView, miniStage } = await import('./stage.js');

/** What a person reads. @param {Element | null} node */
const read = (node) => (node?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();

describe('the stage', () => {
  it('says in one sentence what happens, and of each cohort its state and figures', () => {
    const view = stageView();
    view.update(failingState(), 'shown');
    assert.equal(read(view.element.querySelector('h1')), '75 of 100 checkouts fail. Browsing is untouched.');
    const demo = view.element.querySelector('[data-cohort="demo"]');
    assert.equal(read(demo?.querySelector('.state-word') ?? null), 'Failing');
    assert.match(read(demo), /failed75 %p953\.20 srequests960 a minute/);
    const baseline = view.element.querySelector('[data-cohort="baseline"]');
    assert.match(read(baseline), /Healthyfailed0 %p959\.0 msrequests102 a minute/);
  });

  it('says what has changed, what a heal does, the money and each condition with its own threshold', () => {
    const view = stageView();
    const state = failingState();
    view.update(state, 'shown');
    const card = (/** @type {string} */ name) => read(view.element.querySelector(`.card.${name}`));
    assert.match(
      card('changed'),
      /index absentidx_products_category✓ seenpool of 5normally 25 connectionsnot yet so/,
    );
    assert.match(
      card('heal'),
      /Build idx_products_category again, concurrently.*its 25 connections.*back to normal/,
    );
    assert.match(card('lost'), /\$900a minute\$12,345 in this run\$1,234 if healed at the alert, minute 19$/);
    assert.match(card('alert'), /Firing since minute 19.*errors > 20 %: met.*p95 > 2 s: not met/);
    assert.ok(state.pulse);
    for (const condition of state.pulse.flowAlert.conditions) condition.threshold *= 0.35;
    view.update(state, 'pulse');
    assert.match(card('alert'), /errors > 7\.0 %: met.*p95 > 0\.7 s/);
  });

  it('says what the shop lives by', () => {
    const view = stageView();
    const state = failingState();
    view.update(state, 'shown');
    const line = () => read(view.element.querySelector('.business'));
    assert.equal(
      line(),
      'orders a minute240earned a minute$114,000conversion25 %basket$475refused3carts abandoned12',
    );
    assert.ok(state.pulse);
    Object.assign(state.pulse.business, {
      orders: 0,
      conversion: null,
      basketUsd: null,
      abandonedCarts: null,
    });
    view.update(state, 'pulse');
    assert.match(line(), /orders a minute0.*conversion–basket–refused3carts abandoned–$/);
  });

  it('says where the clock stands', () => {
    const view = stageView();
    view.update(failingState(), 'shown');
    assert.match(
      read(view.element.querySelector('.run-clock')),
      /Minute 21of 30 · clock heldAct 3: The catastrophe/,
    );
    assert.equal(read(view.element.querySelector('.segments [aria-current]')), 'Act 3');
  });

  it('grades by the thresholds that the console sends', () => {
    const mini = miniStage();
    const state = failingState();
    assert.ok(state.pulse);
    state.pulse.demo = stats(100, 10, 300);
    mini.update(state);
    assert.match(read(mini.element), /DemoDegrading10 % failed/);
    state.pulse.thresholds.failingErrorRate = 0.05;
    mini.update(state);
    assert.match(read(mini.element), /DemoFailing10 % failed/);
  });
});
