/** The services of a checkout, of the shop and of the bare chain; the console, which receives the telemetry, is not one of them. */
export const ROLES = [
  ...(['frontend', 'cart', 'shipping', 'product-catalog', 'recommendation'] as const),
  ...(['currency', 'inventory', 'payment', 'checkout'] as const),
] as const;
export type Role = (typeof ROLES)[number];

/** How long what was seen is kept (s), as the shop does. */
export const SEEN_SECONDS = 1800;
