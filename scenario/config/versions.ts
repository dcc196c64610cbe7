/**
 * Every program of others that is pinned, with the day it was released: one table, from which the defaults of `images.*`
 * are made; a test holds package.json and the Dockerfile against it, and `npm run audit` its age against today.
 */
export interface PinnedVersion {
  version: string;
  /** ISO day. */
  released: string;
}

export const VERSIONS = {
  /** The npm package `node` and the image the services are built on. */
  node: { version: '24.21.0', released: '2026-09-10' },
  postgres: { version: '18.6', released: '2026-08-13' },
  redis: { version: '7.4.11', released: '2026-08-17' },
  collector: { version: '0.160.0', released: '2026-09-08' },
  /** The newest patch of the minor in K3s's stable channel; the day is Kubernetes 1.36.5's. */
  k3s: { version: 'v1.36.5+k3s1', released: '2026-09-15' },
} as const satisfies Record<string, PinnedVersion>;

/** What is older than this has missed patches. */
const OLDEST_MONTHS = 9;

/**
 * What is wrong with the age of pinned versions on a day, one sentence each; empty when all are young enough.
 *
 * @param today any moment of that day
 */
export function agedVersions(
  today: Date,
  versions: Readonly<Record<string, PinnedVersion>> = VERSIONS,
): string[] {
  const oldest = new Date(today);
  oldest.setUTCMonth(oldest.getUTCMonth() - OLDEST_MONTHS);
  return Object.entries(versions)
    .filter(([, { released }]) => new Date(released) < oldest)
    .map(
      ([name, { version, released }]) =>
        `${name} ${version} is of ${released}, more than ${OLDEST_MONTHS} months old: pin the newest patch release in scenario/config/versions.ts`,
    );
}
