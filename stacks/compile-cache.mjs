/**
 * Loaded before Pulumi itself (Pulumi.yaml): V8's code of what was loaded once is kept, beside that of the compiled tree.
 * Where it can't be written, everything works without.
 */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/** As machine/node/compile-cache.ts has it, for programs that run before anything is compiled. */
export const COMPILE_CACHE = join(import.meta.dirname, '..', 'dist', '.compile-cache');

enableCompileCache(COMPILE_CACHE);
