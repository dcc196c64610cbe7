import { z } from 'zod';
import { minute, span } from '../../document-values';

/** This cause's part of a stored document. */
export const STORAGE_SCHEMA = {
  storageEmulation: z.boolean(),
  storage: z.object({
    enabled: z.boolean(),
    steps: z.array(z.object({ minute, scanMs: span })).max(10_000),
  }),
};
