/** The oldest Node that every package of the Pulumi program runs under (undici's `engines`). */
const OLDEST = [22, 19] as const;

/** What is said where another one would run it. */
export const OLD_NODE = {
  needs: `${OLDEST.join('.')} or newer`,
  remedy: 'npm ci has put one here: export PATH="$PWD/node_modules/.bin:$PATH"',
} as const;

/** Whether a version of Node runs the Pulumi program. */
export function runsProgram(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
