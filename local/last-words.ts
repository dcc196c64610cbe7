import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { dataFolder } from '../machine/data-folder';

/**
 * Notes in the shop's logs why it ends: its terminal may be what is gone. Where that fails (a full disk) the end goes
 * on.
 *
 * @param cause e.g. `SIGHUP`
 */
export function noteEnd(dataDir: string, cause: string): void {
  try {
    const file = path.join(dataFolder(dataDir).logs, 'runner.log');
    appendFileSync(file, `${new Date().toISOString()} the shop ends: ${cause}\n`, { mode: 0o600 });
  } catch {
    // There may be no data folder yet.
  }
}
