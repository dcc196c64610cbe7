import { createHash } from 'node:crypto';

/** The namespace of the shop's order ids: a UUID chosen once, that nothing else may use. */
const ORDER_NAMESPACE = Buffer.from('6f0d3d1a0c5f4b0e9c0a5e2a4a1d7b63', 'hex');

/**
 * The order id that belongs to a user's idempotency key: a name-based UUID (version 5, RFC 9562 section 5.5). A
 * retry of a checkout thus has the same order id, and with it the same payment decision. Two users who made up the
 * same key have two orders.
 */
export function orderIdFor(userId: string, idempotencyKey: string): string {
  const bytes = createHash('sha1')
    .update(ORDER_NAMESPACE)
    .update(JSON.stringify([userId, idempotencyKey]), 'utf8')
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
