import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import '../../../../../test/mocks/page.mjs';
import { failingState } from '../../../../../test/mocks/console-state.mjs';
const { conductorView } = await import('./conductor.js');

/** @param {Element | null} node */
const read = (node) => (node?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
/** Lets what waits for an answer go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the conductor', () => {
  /** @type {{ path: string, body: unknown, token: string }[]} */
  let asked = [];
  let status = 200;
  const { fetch } = globalThis;
  beforeEach(() => {
    asked = [];
    status = 200;
    sessionStorage.clear();
    globalThis.fetch = (path, init) => {
      asked.push({
        path: String(path),
        body: init?.body === undefined ? null : JSON.parse(String(init.body)),
        token: new Headers(init?.headers).get('authorization') ?? '',
      });
      return Promise.resolve(Response.json(status === 200 ? {} : { error: 'the reason' }, { status }));
    };
  });
  afterEach(() => {
    globalThis.fetch = fetch;
  });

  const shown = () => {
    const { element, update } = conductorView();
    update(failingState(), 'shown');
    const button = (/** @type {string} */ name) => {
      const found = element.querySelector(`#do-${name}`);
      assert.ok(found instanceof HTMLElement);
      return found;
    };
    const why = (/** @type {string} */ name) => read(element.querySelector(`#why-${name}`));
    return { element, button, why };
  };

  it('does nothing without the admin token, and says so at each button', async () => {
    const { element, button, why } = shown();
    assert.equal(why('abort'), 'Unlock with the admin token first.');
    assert.equal(button('abort').getAttribute('aria-disabled'), 'true');
    button('abort').click();
    await settled();
    assert.deepEqual(asked, []);
    assert.equal(element.querySelector('.lock')?.hasAttribute('hidden'), false);
  });

  it('says why an action cannot work now, and does those that can', async () => {
    sessionStorage.setItem('console.admin-token', 'secret');
    const { button, why } = shown();
    assert.equal(why('start'), 'The outage is under way already: heal first.');
    button('start').click();
    assert.equal(why('ablate-index'), '');
    button('ablate-index').click();
    await settled();
    assert.deepEqual(asked, [
      { path: 'admin/override/ablate', body: { what: 'index' }, token: 'Bearer secret' },
    ]);
  });

  it('jumps to the minute that is given', async () => {
    sessionStorage.setItem('console.admin-token', 'secret');
    const { element, button } = shown();
    const minute = element.querySelector('#minute');
    assert.ok(minute && 'value' in minute);
    minute.value = '12';
    button('goto').click();
    await settled();
    assert.deepEqual(asked[0]?.body, { minute: 12 });
  });

  it('locks again when the token is refused, and says the reason', async () => {
    sessionStorage.setItem('console.admin-token', 'wrong');
    const { element, button } = shown();
    status = 401;
    button('abort').click();
    await settled();
    await settled();
    const problems = [...element.querySelectorAll('.problem')].map(read).filter((problem) => problem !== '');
    assert.deepEqual(problems, ['Heal: the reason']);
    assert.equal(element.querySelector('.lock')?.hasAttribute('hidden'), false);
    assert.equal(sessionStorage.getItem('console.admin-token'), null);
  });

  it('says what the system showed of an action, after how long, and the indexes', () => {
    const { element } = shown();
    assert.match(
      read(element.querySelector('.watched')),
      /Jump to minute 20.*Confirmed by the system.*after 1\.4 s/,
    );
    assert.match(
      read(element.querySelector('.indexes')),
      /idx_products_category absent.*category_active present/,
    );
    assert.match(
      read(element.querySelector('.conductor-now')),
      /Black Friday: minute 21, held, started by console\./,
    );
  });
});
