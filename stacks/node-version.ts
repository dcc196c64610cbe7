import * as pulumi from '@pulumi/pulumi';

/** The oldest Node that every package of the program runs under (undici's `engines`). */
const OLDEST = [22, 19] as const;

/**
 * Fails under a Node that is too old. The engine runs the program, and the providers that are written here, by the one of
 * the PATH, whatever the project has installed; what comes of an old one says nothing of Node.
 *
 * @throws pulumi.RunError with the command that puts the project's own first
 */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new pulumi.RunError(
    `Node ${version} runs this program, and it needs ${OLDEST.join('.')} or newer. npm ci has put one here: ` +
      'export PATH="$PWD/node_modules/.bin:$PATH". Nothing was touched.',
  );
}
