/** The services of a checkout, as the bare chain has them. */
export const ROLES = [
  ...(['frontend', 'cart', 'shipping', 'catalog', 'recommendation'] as const),
  ...(['currency', 'inventory', 'payment', 'checkout'] as const),
] as const;
export type Role = (typeof ROLES)[number];

/** How long what was seen is kept (s), as the shop does. */
export const SEEN_SECONDS = 1800;
