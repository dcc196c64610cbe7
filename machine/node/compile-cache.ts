import { enableCompileCache } from 'node:module';
import path from 'node:path';

/**
 * Where V8's code of what was loaded once is kept: beside the compiled tree, so that it is trusted as that is, and all
 * data folders share it. Where it can't be written, everything works without.
 */
export const COMPILE_CACHE = path.join(__dirname, '..', '..', '.compile-cache');

// From the first import on that follows this one.
enableCompileCache(COMPILE_CACHE);
