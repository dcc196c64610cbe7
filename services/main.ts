/** The one entry point of all services: `SERVICE` selects which. */
import { SERVICE_NAMES, type ServiceName } from './catalog';
import { EXIT_BAD_CONFIG } from './lib/env';

const name = process.env.SERVICE as ServiceName | undefined;
if (name === undefined || !SERVICE_NAMES.includes(name)) {
  process.stderr.write(`Bad environment: SERVICE=${name ?? '(unset)'}: one of ${SERVICE_NAMES.join(', ')}\n`);
  process.exit(EXIT_BAD_CONFIG);
}
// A plain require, so that only this service's modules are loaded.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { start } = require(`./${name}/service`) as { start: () => Promise<void> };
start().catch((error: unknown) => {
  process.stderr.write(
    `${name} could not start: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
  );
  process.exit(1);
});
