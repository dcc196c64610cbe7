import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * `service.version`, and the version of our own instrumentation scope: what the deployment says was released, else
 * the version of this package.
 */
export const RELEASE = process.env.SERVICE_VERSION ?? packageVersion();

/** Compiled, this file lies one folder deeper (in dist/) than its source: the nearest package.json with a version. */
function packageVersion(): string {
  for (let folder = __dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    try {
      const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
        version?: unknown;
      };
      if (typeof version === 'string') return version;
    } catch {
      // None here: one folder up.
    }
  }
  return 'unknown';
}
