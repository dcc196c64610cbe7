/**
 * A page without a browser, for unit tests of its modules: happy-dom's window as globals, and the modules that both
 * pages share where the page has them (/lib). To be imported first; what is tested after it, by `await import(…)`.
 */
import { Window } from 'happy-dom';
import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const SHARED = new URL('../../services/lib/public/', import.meta.url);

/** What the shop serves of itself as a module. */
const FACTS = './shop-facts.js';
const facts = () => createRequire(import.meta.url)('../../dist/services/frontend/shop-facts.js').SHOP;

registerHooks({
  resolve(specifier, context, next) {
    if (!context.parentURL?.includes('/public/')) return next(specifier, context);
    if (specifier === FACTS) {
      const source = `export const SHOP = ${JSON.stringify(facts())};`;
      return { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true };
    }
    const found = /^(?:\.\.?\/)+(lib\/.+)$/.exec(specifier)?.[1];
    const isOwn = found && existsSync(fileURLToPath(new URL(specifier, context.parentURL)));
    return next(found && !isOwn ? new URL(found, SHARED).href : specifier, context);
  },
});

const window = new Window({ url: 'http://localhost:8020/' });
for (const name of /** @type {const} */ ([
  'document',
  'location',
  'history',
  'localStorage',
  'sessionStorage',
  'Node',
  'Element',
  'HTMLElement',
  'Event',
  'KeyboardEvent',
  'requestAnimationFrame',
])) {
  Object.defineProperty(globalThis, name, { value: window[name], writable: true, configurable: true });
}
Object.defineProperty(globalThis, 'window', { value: window, writable: true, configurable: true });
// Pages from this machine or by TLS, as a presenter opens them.
Object.defineProperty(globalThis, 'isSecureContext', { value: true, writable: true, configurable: true });
