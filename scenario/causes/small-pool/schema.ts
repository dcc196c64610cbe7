import { z } from 'zod';
import { span } from '../../document-values';

const pool = z.object({ max: z.int().min(1).max(100_000), acquireTimeoutMs: span });

/** This cause's part of a stored document. */
export const POOL_SCHEMA = { pools: z.object({ recommendation: pool, baseline: pool }) };
