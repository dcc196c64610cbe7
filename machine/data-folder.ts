import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Refusal, messageOf } from './errors';

/** Where everything of one shop lies. */
export type DataFolder = ReturnType<typeof dataFolder>;

/** The paths in a data folder. */
export function dataFolder(root: string) {
  return {
    root,
    /** State of the running (or killed) runner, 0600. */
    runFile: path.join(root, 'run.json'),
    /** Generated passwords and the admin token, 0600. */
    secretsFile: path.join(root, 'secrets.json'),
    logs: path.join(root, 'logs'),
    redis: path.join(root, 'redis'),
  };
}

/**
 * Makes the folders. The root can be passed through by every user (0711): PostgreSQL may have to run as another one.
 *
 * @throws Refusal when the folder cannot be made or written
 */
export function createDataFolder(folder: DataFolder): void {
  try {
    mkdirSync(folder.root, { recursive: true });
    chmodSync(folder.root, 0o711);
    for (const child of [folder.logs, folder.redis]) {
      mkdirSync(child, { recursive: true, mode: 0o700 });
    }
  } catch (error) {
    throw new Refusal(
      `--data ${folder.root}: cannot be written (${messageOf(error)}). Choose another folder: npm start -- --data DIR`,
    );
  }
}
