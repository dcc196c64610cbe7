/** A checkout and its retries: the same items and the same idempotency key until it succeeds, the card is declined or the cart changes. */

import { api } from './api.js';
import { currencyCode } from './money.js';
import { freshId, visitor } from './visitor.js';

export class CheckoutAttempt {
  #key = freshId('web');

  /** How often it was tried. */
  tries = 0;

  /** @param {{ product_id: number, quantity: number }[]} items @param {string} zip */
  constructor(items, zip) {
    this.items = items.map(({ product_id, quantity }) => ({ product_id, quantity }));
    this.zip = zip;
    this.currency = currencyCode();
  }

  /** Tries once. Retries are safe: the shop writes an order of one key only once. @throws ShopError */
  async send() {
    this.tries += 1;
    return api.checkout({
      user_id: visitor.userId,
      cart_id: visitor.cartId,
      items: this.items,
      currency: this.currency,
      zip: this.zip,
      idempotency_key: this.#key,
    });
  }

  /** Another card is another payment, and so another order. */
  withAnotherCard() {
    return new CheckoutAttempt(this.items, this.zip);
  }
}
