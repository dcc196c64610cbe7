import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../../../../../test/mocks/page.mjs';
import { failingState } from '../../../../../test/mocks/console-state.mjs';
const { curveView } = await import('./curve.js');

/** @param {Element | null | undefined} node */
const read = (node) => (node?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();

/** Not in the page: the charts are the browser's, everything that is read is here. */
describe('the curve', () => {
  it('says which run it is, and that none has been seen', () => {
    const view = curveView();
    view.update(failingState(), 'shown');
    assert.equal(
      read(view.element.querySelector('#curve-subtitle')),
      'Black Friday · run run-1 · a demo minute is 6 s · scale 0.25',
    );
    view.update({ ...failingState(), curve: null }, 'curve');
    assert.equal(view.element.querySelector('.charts')?.hasAttribute('hidden'), true);
    assert.equal(view.element.querySelector('.empty-note')?.hasAttribute('hidden'), false);
  });

  it('reads minute by minute with the arrow keys, and stays within what was seen', () => {
    const view = curveView();
    view.update(failingState(), 'shown');
    const press = (/** @type {string} */ key) => {
      view.element.querySelector('.charts')?.dispatchEvent(new KeyboardEvent('keydown', { key }));
      return read(view.element.querySelector('#curve-readout'));
    };
    assert.match(press('ArrowRight'), /^Minute 19, Peak failure · 10\.0 % failed/);
    assert.match(
      press('ArrowRight'),
      /^Minute 20, .* 75\.0 % failed \(target 78 %, predicted 77 %\) · p95 3\.20 s .* pool 5 of 5, 31 waiting, 75 gave up .* \$1,234 lost$/,
    );
    assert.match(press('End'), /^Minute 20/);
    assert.match(press('Home'), /^Minute 19/);
  });

  it('has every figure as a table, the failing ones marked', () => {
    const view = curveView();
    view.element.querySelector('details')?.setAttribute('open', '');
    view.update(failingState(), 'shown');
    const rows = [...view.element.querySelectorAll('tbody tr')];
    assert.deepEqual(
      rows.map((row) => read(row.querySelector('th'))),
      ['19', '20 ◆', '21'],
    );
    assert.deepEqual(
      rows.map((row) => read(row.querySelector('.bad'))),
      ['', '75 %', ''],
    );
  });

  it('goes as far as the outage is shown, and further where it was run', () => {
    const view = curveView();
    const state = failingState();
    assert.ok(state.curve);
    view.element.querySelector('details')?.setAttribute('open', '');
    view.update({ ...state, curve: { ...state.curve, durationMinutes: 1 } }, 'shown');
    const rows = [...view.element.querySelectorAll('tbody tr')];
    assert.deepEqual(
      rows.map((row) => read(row.querySelector('th'))),
      ['19', '20 ◆'],
    );
  });
});
