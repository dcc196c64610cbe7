import { parseArgs } from 'node:util';
import { messageOf } from '../../machine/errors';
import { startStandIn } from './server';

/** Bound of the stand-in's keys (bytes, estimated): a demo's carts and what users saw need a tenth of it. */
const MAX_BYTES = 48 * 1024 * 1024;

/** `node main.js --port N`: the stand-in as a process of its own, on 127.0.0.1. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const standIn = await startStandIn({ port: Number(values.port), maxBytes: MAX_BYTES });
  console.log(`Redis stand-in listens on port ${String(standIn.port)}`);
  const stop = (): void => void standIn.close().then(() => process.exit(0));
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(`Redis stand-in: ${messageOf(error)}`);
  process.exit(1);
});
