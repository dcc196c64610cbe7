import { z } from 'zod';
import { minute, span, type PartOf } from '../../document-values';

/** What this cause puts into a scenario's document. */
export const STORAGE_SCHEMA = {
  storageEmulation: z.boolean(),
  storage: z.object({
    enabled: z.boolean(),
    /** From `minute` on, one full scan of the catalog takes `scanMs` of emulated storage time. A step function. */
    steps: z.array(z.object({ minute, scanMs: span })).max(10_000),
  }),
};
export type StoragePart = PartOf<typeof STORAGE_SCHEMA>;
export type StorageStep = StoragePart['storage']['steps'][number];

/** What a preset says of this cause. */
export interface StorageSettings {
  /** From this minute on scans are slow even where no errors are wanted yet; null: short scans until errors begin. */
  slowFrom: { minute: number; scanMs: number } | null;
  /** A full scan takes this long all the time (ms), whatever the curve; without it scans are solved for the curve. */
  scanMs?: number;
}
