/**
 * Loaded before Pulumi itself (Pulumi.yaml): V8's code of what was loaded once is kept, beside that of the compiled tree.
 * Where it can't be written, everything works without.
 */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '..', 'dist', '.compile-cache'));
