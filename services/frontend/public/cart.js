/** The visitor's cart: the shop's copy is the true one, this is what it last said. */

import { api } from './api.js';
import { visitor } from './visitor.js';

/** @import { Cart } from '../shop' */

/** @type {Set<() => void>} */
const listeners = new Set();
/** @type {Cart['items']} */
let items = [];
/** Changes are sent one after the other, so that the last answer is the newest state. @type {Promise<void>} */
let queue = Promise.resolve();

export const cart = {
  items: () => items,
  count: () => items.reduce((sum, item) => sum + item.quantity, 0),
  totalCents: () => items.reduce((sum, item) => sum + item.quantity * item.unit_price_cents, 0),
  onChange: (/** @type {() => void} */ listener) => listeners.add(listener),

  load: () => change(() => api.cart(visitor.cartId)),
  add: (/** @type {number} */ productId) => change(() => api.addToCart(visitor.cartId, productId)),
  setQuantity: (/** @type {number} */ productId, /** @type {number} */ quantity) =>
    change(() =>
      quantity < 1
        ? api.removeFromCart(visitor.cartId, productId)
        : api.setQuantity(visitor.cartId, productId, quantity),
    ),
};

/** @param {() => Promise<Cart>} request */
function change(request) {
  const result = queue.then(request).then((answer) => {
    items = answer.items;
    for (const listener of listeners) listener();
  });
  queue = result.catch(() => undefined);
  return result;
}
