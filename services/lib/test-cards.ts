/** Cards of the payment provider's test mode: what becomes of them is known before. Any other card is decided by the order. */
export const TEST_CARDS = { approved: 'tok_visa', declined: 'tok_chargeDeclined' } as const;
