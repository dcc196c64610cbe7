import { readFileSync } from 'node:fs';
import path from 'node:path';
import { identifyProcess, parentOf, type RecordedIdentity } from './process-identity';

/** npm's own process as the system shows it: by its title, or by the script that Node was started with. */
const PACKAGE_MANAGER = /^(npm|npx|pnpm|yarn)( |$)|[\\/](npm|npx)-cli\.js\b|[\\/](pnpm|yarn)(\.c?js)?( |$)/;
/** The shell in which it runs a script of package.json. */
const SCRIPT_SHELL = /^(\S*\/)?(ba|da|z|k|a)?sh -\S*c /;

/**
 * Who stands between this program and the person: npm and the shell it runs a script in; empty without npm. When one
 * of them is gone, nobody passes on a Ctrl-C any more.
 */
export function callers(): RecordedIdentity[] {
  const found: RecordedIdentity[] = [];
  let pid = process.ppid;
  for (;;) {
    const caller = identifyProcess(pid);
    if (caller === null) return [];
    found.push({ pid, startedAt: caller.startedAt });
    if (PACKAGE_MANAGER.test(caller.command)) return found;
    if (!SCRIPT_SHELL.test(caller.command)) return [];
    pid = parentOf(pid) ?? 0;
  }
}

/**
 * Whether the program was started by `nohup`, directly or through npm. Node sets every signal back to its default when
 * it starts, so that what `nohup` did is lost; the shell's `_`, the command it was given, still tells.
 */
export function isNoHangUp(env: NodeJS.ProcessEnv, between: readonly RecordedIdentity[]): boolean {
  return isNoHup(env._) || between.some(({ pid }) => isNoHup(commandVariableOf(pid)));
}

function isNoHup(command: string | undefined): boolean {
  return command !== undefined && path.basename(command) === 'nohup';
}

/** `_` as a process was given it: a shell in between may have set its own. Known on Linux only. */
function commandVariableOf(pid: number): string | undefined {
  try {
    const variables = readFileSync(`/proc/${String(pid)}/environ`, 'utf8').split('\0');
    return variables.find((variable) => variable.startsWith('_='))?.slice(2);
  } catch {
    return undefined;
  }
}
