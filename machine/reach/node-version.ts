/** The oldest Node that every package of the Pulumi program runs under (undici's `engines`). */
const OLDEST = [22, 19] as const;

/** What is said where another one would run it. */
export const OLD_NODE = {
  needs: `${OLDEST.join('.')} or newer`,
  remedy: 'npm ci has put one here: export PATH="$PWD/node_modules/.bin:$PATH"',
} as const;

/** Whether a version of Node runs the Pulumi program. */
export function runsProgram(version: string): boolean {
  return isSince(version, OLDEST);
}

/** Whether a version (`v24.1.0`, or without the v) is at least a major and minor one. */
export function isSince(version: string, [major, minor]: readonly [major: number, minor: number]): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
