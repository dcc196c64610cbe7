import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import '../../../../../test/mocks/page.mjs';
import { failingState } from '../../../../../test/mocks/console-state.mjs';
const { presenterView, scriptView } = await import('./script.js');

/** @param {Element | null | undefined} node */
const read = (node) => (node?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
const tools = { showOnScreen: mock.fn() };

describe('the script', () => {
  beforeEach(() => localStorage.clear());
  /** @param {Element} element */
  const current = (element) => read(element.querySelector('.act[aria-current="step"] h2'));
  /** @param {Element} element @param {string} label */
  const click = (element, label) => {
    const found = [...element.querySelectorAll('button')].find((button) => read(button) === label);
    assert.ok(found instanceof HTMLElement, label);
    found.click();
  };

  it('follows the run: the act that shows what happens, and the filter of this run', () => {
    const view = scriptView(tools);
    view.update(failingState(), 'shown');
    assert.equal(current(view.element), 'Act 3: The catastrophe');
    assert.match(
      read(view.element.querySelector('.acts')),
      /demo\.run_id = "run-1" AND checkout\.failed = true/,
    );
    const calm = failingState();
    assert.ok(calm.pulse?.scenario);
    Object.assign(calm.pulse.scenario, { state: 'normal', phase: 'normal', paused: false });
    view.update(calm, 'pulse');
    assert.equal(current(view.element), 'Act 1: The calm');
    assert.doesNotMatch(read(view.element.querySelector('.acts')), /demo\.run_id/);
  });

  it('is stepped by hand, and then stays there', () => {
    const view = scriptView(tools);
    view.update(failingState(), 'shown');
    click(view.element, 'Previous act');
    view.update(failingState(), 'pulse');
    assert.equal(current(view.element), 'Act 2: Black Friday begins');
    view.element.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
    assert.equal(current(view.element), 'Act 3: The catastrophe');
  });

  it('counts the talk, also where the run is held', (test) => {
    test.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    const view = scriptView(tools);
    view.update(failingState(), 'shown');
    click(view.element, 'Start the talk clock');
    test.mock.timers.setTime(1_000_000 + 310_000);
    view.update(failingState(), 'pulse');
    assert.equal(read(view.element.querySelector('.talk-clock')), '5:10');
    assert.equal(current(view.element), 'Act 4: The investigation');
    assert.match(read(view.element.querySelector('.talk-bar')), /2:50 left/);
  });

  it("sends the big screen to a view from the presenter's window", () => {
    const view = presenterView(tools);
    view.update(failingState(), 'shown');
    click(view.element, 'Show Why on the big screen');
    assert.deepEqual(tools.showOnScreen.mock.calls.at(-1)?.arguments, ['why']);
  });
});
