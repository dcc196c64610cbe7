/**
 * The shop's services: names, ports and who calls whom. The local runner, the Pulumi program, the network
 * policies and the tests are all derived from this one list.
 */

export const SERVICE_NAMES = [
  'load-generator',
  'recommendation',
  'currency',
  'cart',
  'product-catalog',
  'ad-service',
  'checkout',
  'payment',
  'frontend',
  'shipping',
  'inventory',
  'notification',
  'console',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** Stores a service may depend on. */
export type StoreName = 'postgresql' | 'redis';

/** PostgreSQL roles, see scenario/sql: the services' role owns nothing, conductor is a member of the owner. */
export type DatabaseRole = 'shop_app' | 'conductor';

export interface ServiceEntry {
  name: ServiceName;
  port: number;
  /** Services this one calls. */
  calls: readonly ServiceName[];
  /** Services it calls in some outage only. */
  mayCall: readonly ServiceName[];
  stores: readonly StoreName[];
  /** Those of its stores that it uses in some outage only. */
  mayUse: readonly StoreName[];
  /** The database role it logs in with; null without a database. */
  databaseRole: DatabaseRole | null;
  /** Has run-time control (`/admin/*`). */
  adminToken: boolean;
  /** Part of the shop (the twelve); the console is the presenter's. */
  shop: boolean;
  /** What it does, in a few words. */
  summary: string;
}

const entry = (
  name: ServiceName,
  port: number,
  summary: string,
  options: Partial<ServiceEntry> = {},
): ServiceEntry => ({
  name,
  port,
  summary,
  calls: [],
  mayCall: [],
  stores: [],
  mayUse: [],
  databaseRole: null,
  adminToken: false,
  shop: true,
  ...options,
});

export const CATALOG: readonly ServiceEntry[] = [
  entry('load-generator', 8010, 'open-model traffic, baseline and demo', {
    calls: ['frontend'],
    stores: ['postgresql'],
    databaseRole: 'shop_app',
    adminToken: true,
  }),
  entry('recommendation', 8011, 'ranks candidates for a user', { stores: ['redis'] }),
  entry('currency', 8012, 'converts money'),
  entry('cart', 8013, 'carts', { stores: ['redis'] }),
  entry('product-catalog', 8014, 'products and the recommendation query', {
    calls: ['recommendation'],
    stores: ['postgresql', 'redis'],
    // Where recommendations are kept: `cache-stampede`.
    mayUse: ['redis'],
    databaseRole: 'shop_app',
  }),
  entry('ad-service', 8015, 'ads for a category'),
  entry('checkout', 8016, 'writes orders', { stores: ['postgresql'], databaseRole: 'shop_app' }),
  entry('payment', 8017, 'the payment provider'),
  entry('frontend', 8018, 'the orchestrator and the storefront page', {
    calls: [
      'cart',
      'product-catalog',
      'currency',
      'shipping',
      'ad-service',
      'inventory',
      'payment',
      'checkout',
    ],
    // The scenario rows only: how long a checkout may wait.
    stores: ['postgresql'],
    databaseRole: 'shop_app',
  }),
  entry('shipping', 8019, 'shipping costs'),
  entry('inventory', 8022, 'counts and reserves stock', {
    // Where its transaction spans the payment: the outage `flash-sale`.
    mayCall: ['payment'],
    stores: ['postgresql'],
    databaseRole: 'shop_app',
  }),
  // Nobody calls it: it takes what checkout has written into the outbox.
  entry('notification', 8023, 'confirms orders', { stores: ['postgresql'], databaseRole: 'shop_app' }),
  entry('console', 8020, 'telemetry receiver and run-time control', {
    // Redis to empty the cache of recommendations in that outage.
    stores: ['postgresql', 'redis'],
    databaseRole: 'conductor',
    adminToken: true,
    shop: false,
  }),
];

/**
 * Releases of services of which the image holds more than one. Checkout's second has a fault, which is the cause of an
 * outage.
 */
export const RELEASES = { checkout: ['1.0.0', '1.1.0'] } as const;
export type CheckoutRelease = (typeof RELEASES.checkout)[number];
/** The one that runs in normal operations, and the faulty one. */
export const [GOOD_CHECKOUT, BAD_CHECKOUT] = RELEASES.checkout;

/** Which release of a service runs, where there is a choice. */
export type ReleaseChoice = Readonly<{ checkout: CheckoutRelease }>;

/** Variables that tell a service which release it is (`service.version` of its telemetry). */
export function releaseVariables(name: ServiceName, releases: ReleaseChoice): Record<string, string> {
  return name === 'checkout' ? { SERVICE_VERSION: releases.checkout } : {};
}

/** Where the console takes telemetry: a port of its own, and the name of its Service inside a cluster. */
export const CONSOLE_OTLP = { service: 'console-otlp', port: 8021 } as const;

/** The entry of a service. */
export function serviceEntry(name: ServiceName): ServiceEntry {
  const found = CATALOG.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`unknown service ${name}`);
  return found;
}

/** Application name at Coralogix; the subsystem is each service's name. */
export const CORALOGIX_APPLICATION = 'ecommerce-platform';

/** `service.name` of the page in a customer's browser: it sends spans, by way of the frontend, and is no service. */
export const STOREFRONT = 'storefront';
/** Resource attributes by which Coralogix sorts telemetry into applications and subsystems, whoever forwards it. */
export function coralogixAttributes(name: ServiceName | typeof STOREFRONT): string[] {
  return [`cx.application.name=${CORALOGIX_APPLICATION}`, `cx.subsystem.name=${name}`];
}

/** Is it an end point of Coralogix (https://coralogix.com/docs/integrations/coralogix-endpoints/)? */
export function isCoralogix(url: string): boolean {
  return /(^|\.)coralogix(sg)?\.(com|us|in)$/.test(URL.canParse(url) ? new URL(url).hostname : '');
}

/**
 * Value of OTEL_SEMCONV_STABILITY_OPT_IN for a shop whose telemetry goes to Coralogix: its Database Monitoring reads
 * the attributes of database spans by the names they had before.
 */
export const CORALOGIX_SEMCONV_OPT_IN = 'database/dup';

/** The environment variable that carries a service's base URL, e.g. `PRODUCT_CATALOG_URL`. */
export function urlVariable(name: ServiceName): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_URL`;
}
