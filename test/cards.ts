import { orderIdFor } from '../services/frontend/order-id';
import { decide } from '../services/payment/decision';

/*
 * One card in a hundred is declined, by a hash of the order id, which is a hash of the user and his idempotency key. A
 * test that needs an order can't take just any key, or it fails one time in a hundred.
 */

let made = 0;

/** Two calls never give the same key. */
function keyWith(name: string, fits: (key: string) => boolean): string {
  for (;;) {
    const key = `${name}-${String(process.pid)}-${String(made++)}`;
    if (fits(key)) return key;
  }
}

const approved = (userId: string, key: string): boolean => decide(orderIdFor(userId, key)).approved;

/** An idempotency key, beginning with `name`, with which a checkout of each of these users is paid for. */
export const approvedKey = (name: string, ...userIds: string[]): string =>
  keyWith(name, (key) => userIds.every((userId) => approved(userId, key)));

/** An idempotency key with which this user's card is declined. */
export const declinedKey = (name: string, userId: string): string =>
  keyWith(name, (key) => !approved(userId, key));
