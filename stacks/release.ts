import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { json } from '../scenario/config/key-documentation';

/** What a rollback needs of an update: the services' image, and the config it was deployed with. */
const releaseSchema = z.object({
  /** By digest. */
  image: z.string(),
  /** The stack's own keys as text, without secrets and without what the demo is in. */
  config: z.record(z.string(), z.string()),
});
const releasesSchema = z.object({ current: releaseSchema, previous: releaseSchema.optional() });

export type Release = z.infer<typeof releaseSchema>;
/** The output `releases`: what runs, and what ran before. */
export type Releases = z.infer<typeof releasesSchema>;

/** What the shop goes through is no part of a release: a rollback leaves it as it is. */
const OF_THE_DEMO = ['demoMode', 'demoRun', 'demoStartTimestamp', 'startDelaySeconds'];

/**
 * The config of a release.
 *
 * @param own the stack's own keys, as text
 * @param secretKeys keys that are, or hold, secrets: they stay as they are, and in no plain output
 */
export function releaseConfig(
  own: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[],
): Release['config'] {
  const kept = Object.entries(own).filter(([key]) => !OF_THE_DEMO.includes(key) && !secretKeys.includes(key));
  return Object.fromEntries(
    kept.flatMap(([key, value]) => {
      const text = key === 'images' ? withoutServices(value) : String(value);
      return text === null ? [] : [[key, text]];
    }),
  );
}

/** The release names that image by itself. */
function withoutServices(images: unknown): string | null {
  const found = json(images);
  if (typeof found !== 'object' || found === null) return String(images);
  const others = Object.entries(found).filter(([name]) => name !== 'services');
  return others.length === 0 ? null : JSON.stringify(Object.fromEntries(others));
}

/** What the update before deployed; null before the first one. */
export function releaseBefore(past: unknown): Release | null {
  const parsed = releasesSchema.safeParse(past);
  return parsed.success ? parsed.data.current : null;
}

/** What this update leaves behind, of what the one before left. An update of the same release changes nothing. */
export function nextReleases(past: unknown, now: Release): Releases {
  const parsed = releasesSchema.safeParse(past);
  if (!parsed.success) return { current: now };
  const { current } = parsed.data;
  return isDeepStrictEqual(current, now) ? parsed.data : { current: now, previous: current };
}
