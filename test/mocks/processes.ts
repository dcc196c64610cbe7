import path from 'node:path';
import type { ProcessSpec } from '../../local/processes/supervised-process';

/** A child process that runs a script, with its log in a folder. */
export const scriptProcess = (folder: string, script: string): ProcessSpec => ({
  name: 'child',
  command: process.execPath,
  args: ['-e', script],
  env: process.env,
  cwd: folder,
  user: null,
  logFile: path.join(folder, 'child.log'),
  stopSignal: 'SIGTERM',
  killSignal: 'SIGKILL',
});
