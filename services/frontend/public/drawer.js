/** The drawer: the cart, then the checkout and how it ended. */

import { ShopError } from './api.js';
import { cart } from './cart.js';
import { CheckoutAttempt } from './checkout-attempt.js';
import { button, byId, h, messageOf, s } from './lib/dom.js';
import { amount, currencyCode, price } from './money.js';
import { picture } from './pictures.js';
import { SHOP } from './shop-facts.js';
import { showToast } from './toast.js';
import { remember, remembered } from './visitor.js';

/** @import { CheckoutAnswer } from '../checkout-routes' */
/** @import { Cart } from '../shop' */
/** @import { Child } from './lib/types' */

/** From here on the drawer says that it takes longer than usual (ms). */
const SLOW_AFTER_MS = 1500;

const dialog = /** @type {HTMLDialogElement} */ (byId('drawer'));
const body = byId('drawer-body');
const title = byId('drawer-title');

/** `cart`, `sending`, or `ended`: what a change of the cart may redraw. @type {'cart' | 'sending' | 'ended'} */
let view = 'cart';

export function openDrawer() {
  if (view === 'ended') view = 'cart';
  if (view === 'cart') showCart();
  if (!dialog.open) dialog.showModal();
}

export function setUpDrawer() {
  byId('close-drawer').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  cart.onChange(() => {
    if (view === 'cart') showCart();
  });
}

/** Prices changed their currency. */
export function redrawDrawer() {
  if (view === 'cart') showCart();
}

/** @param {string} heading @param {HTMLElement[]} content */
function show(heading, ...content) {
  title.textContent = heading;
  body.replaceChildren(...content);
}

// ── the cart ────────────────────────────────────────────────────────────────

function showCart() {
  view = 'cart';
  const active = document.activeElement;
  const focused = active instanceof HTMLElement ? active.dataset.focus : undefined;
  const items = cart.items();
  if (items.length === 0) {
    show('Your cart', emptyCart());
    return;
  }
  show('Your cart', h('ul.lines', ...items.map(cartLine)), checkoutForm());
  // Redrawing must not take the keyboard away from the button that was pressed.
  if (focused) focus(`[data-focus="${focused}"]`);
}

/** @param {string} selector */
const focus = (selector) => /** @type {HTMLElement | null} */ (body.querySelector(selector))?.focus();

const emptyCart = () =>
  h(
    'div.empty',
    h('p.empty-title', 'Nothing in it yet'),
    h('p', 'Whatever you add stays here for a day.'),
    button('Look around', () => dialog.close()),
  );

/** @param {Cart['items'][number]} item */
function cartLine(item) {
  const product = { id: item.product_id, name: item.name, category: '' };
  const set = (/** @type {number} */ quantity) => {
    cart.setQuantity(item.product_id, quantity).catch((error) => showToast(messageOf(error)));
  };
  /** @param {string} label @param {string} sign @param {number} quantity @param {boolean} disabled */
  const stepper = (label, sign, quantity, disabled) =>
    h(
      'button',
      {
        type: 'button',
        class: 'step',
        'aria-label': `${label}: ${item.name}`,
        'data-focus': `${sign}${item.product_id}`,
        disabled,
        onclick: () => set(quantity),
      },
      sign,
    );
  return h(
    'li.line',
    h('div.line-picture', picture(product)),
    h(
      'div.line-text',
      h('p.line-name', item.name),
      h('p.line-each', `${price(item.unit_price_cents)} each`),
      h(
        'div.stepper',
        stepper('One less', '−', item.quantity - 1, false),
        h('span', { 'aria-label': 'Quantity' }, String(item.quantity)),
        stepper('One more', '+', item.quantity + 1, item.quantity >= SHOP.maxQuantity),
      ),
    ),
    h('p.line-total', price(item.quantity * item.unit_price_cents)),
  );
}

function checkoutForm() {
  const zip = h('input', {
    id: 'zip',
    name: 'zip',
    inputmode: 'numeric',
    autocomplete: 'postal-code',
    pattern: '\\d{5}(-\\d{4})?',
    title: 'Five digits, such as 10001',
    maxlength: 10,
    required: true,
    value: remembered('zip') ?? '10001',
  });
  return h(
    'form.checkout-form',
    {
      onsubmit: (event) => {
        event.preventDefault();
        remember('zip', zip.value);
        void send(new CheckoutAttempt(cart.items(), zip.value));
      },
    },
    h('div.field', h('label', { for: 'zip' }, 'Ship to ZIP code'), zip),
    h('div.sum', h('span', 'Goods'), h('strong', price(cart.totalCents()))),
    h('p.fine', `Charged in ${currencyCode()}. Shipping is added by weight and distance.`),
    h('button.button.wide', { type: 'submit' }, 'Place order'),
  );
}

// ── the checkout ────────────────────────────────────────────────────────────

/** @param {CheckoutAttempt} attempt */
async function send(attempt) {
  view = 'sending';
  const clock = showProgress(attempt);
  try {
    const order = await attempt.send();
    view = 'ended';
    showSuccess(order);
    // The shop has emptied it; what it says now counts.
    cart.load().catch(() => undefined);
  } catch (error) {
    view = 'ended';
    showFailure(
      attempt,
      error instanceof ShopError ? error : new ShopError(0, { error: messageOf(error) }, null),
    );
  } finally {
    clock.stop();
  }
}

/** @param {CheckoutAttempt} attempt */
function showProgress(attempt) {
  const seconds = h('span.seconds', '0.0 s');
  const note = h('p.progress-note', { role: 'status' }, 'Checking your order with the shop…');
  show(
    attempt.tries > 0 ? 'Trying again' : 'Placing your order',
    h(
      'div.progress',
      h('div.bar', { role: 'progressbar', 'aria-label': 'Placing your order' }, h('span')),
      h('div.progress-row', note, seconds),
    ),
  );
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const elapsed = performance.now() - startedAt;
    seconds.textContent = `${(elapsed / 1000).toFixed(1)} s`;
    if (elapsed > SLOW_AFTER_MS) note.textContent = 'This is taking longer than usual…';
  }, 100);
  return { stop: () => clearInterval(timer) };
}

/** @param {CheckoutAnswer} order */
function showSuccess(order) {
  show(
    'Thank you',
    h(
      'div.outcome.good',
      { tabindex: '-1' },
      mark('m6 12.5 4 4 8-9'),
      h('p.outcome-title', order.created ? 'Your order is placed' : 'Your order was placed already'),
      facts([
        ['Order', shortId(order.order_id)],
        ['Total', amount(order.total.amount, order.total.currency)],
        ...(order.shipping
          ? [['Shipping', `${order.shipping.carrier}, ${order.shipping.days} working days`]]
          : []),
        ['Payment', order.payment_id],
      ]),
    ),
    ...(order.recommendations.length > 0 ? [recommended(order.recommendations)] : []),
    button('Keep looking', () => dialog.close(), 'quiet wide'),
  );
  focus('.outcome');
}

/** @typedef {CheckoutAnswer['recommendations'][number]} Recommendation */
/** @param {Recommendation[]} products */
function recommended(products) {
  const add = (/** @type {Recommendation} */ product) => () => {
    cart.add(product.id).then(
      () => showToast(`${product.name} is in your cart`),
      (error) => showToast(messageOf(error)),
    );
  };
  return h(
    'section.recommended',
    { 'aria-label': 'Picked for you' },
    h('h3', 'Picked for you'),
    h(
      'ul.lines',
      ...products.map((product) =>
        h(
          'li.line',
          h('div.line-picture', picture({ ...product, category: 'electronics' })),
          h('div.line-text', h('p.line-name', product.name), h('p.line-each', price(product.price_cents))),
          button('Add', add(product), 'small quiet', { 'aria-label': `Add ${product.name}` }),
        ),
      ),
    ),
  );
}

/** What a customer can understand of a failed checkout. @param {ShopError} error */
function explain(error) {
  const seconds =
    typeof error.body.waited_ms === 'number' ? `${(error.body.waited_ms / 1000).toFixed(1)}\u00a0s` : null;
  const step = /^(.*)-(timeout|unavailable)$/.exec(error.reason);
  if (error.status === 402) return 'The card was declined. Nothing was charged.';
  if (error.status === 0) return 'The shop cannot be reached. Check your connection and try again.';
  if (step?.[2] === 'timeout') return `${sentence(step[1])} timed out${seconds ? ` after ${seconds}` : ''}.`;
  if (step?.[2] === 'unavailable') return `${sentence(step[1])} did not answer.`;
  return error.message;
}

export const sentence = (/** @type {string} */ word) => word.charAt(0).toUpperCase() + word.slice(1);

/** @param {CheckoutAttempt} attempt @param {ShopError} error */
function showFailure(attempt, error) {
  const declined = error.status === 402;
  const retry = () => void send(declined ? attempt.withAnotherCard() : attempt);
  show(
    declined ? 'Card declined' : 'Something went wrong',
    h(
      'div.outcome.bad',
      { tabindex: '-1', role: 'alert' },
      mark('M12 7v6m0 4v.01'),
      h('p.outcome-title', 'We could not complete your order'),
      h('p', explain(error)),
      declined ? null : h('p', 'Your cart is as it was, and trying again never orders twice.'),
      facts([
        ['Reason', error.reason],
        ['Attempt', String(attempt.tries)],
        ...(error.traceId ? [['Trace', traceLink(error.traceId)]] : []),
      ]),
    ),
    button(declined ? 'Pay with another card' : 'Try again', retry, 'wide'),
    button('Back to the cart', showCart, 'quiet wide'),
  );
  focus('.outcome');
}

const mark = (/** @type {string} */ d) =>
  s(
    'svg',
    { viewBox: '0 0 24 24', class: 'mark', 'aria-hidden': 'true' },
    s('circle', { cx: 12, cy: 12, r: 11 }),
    s('path', { d }),
  );

/** @param {Child[][]} rows */
const facts = (rows) => h('dl.facts', ...rows.flatMap(([name, value]) => [h('dt', name), h('dd', value)]));

const shortId = (/** @type {string} */ id) => id.slice(0, 8).toUpperCase();

/** The trace id, to be copied into whatever shows traces. @param {string} traceId */
function traceLink(traceId) {
  const copy = () => {
    // Without a secure context there is no clipboard: the id can still be selected.
    navigator.clipboard?.writeText(traceId).then(
      () => showToast('Trace id copied'),
      () => undefined,
    );
  };
  return h('button', { type: 'button', class: 'trace', title: 'Copy the trace id', onclick: copy }, traceId);
}
