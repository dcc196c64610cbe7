import { Mendable, messageOf } from '../../machine/errors';
import type { Output } from '../../machine/terminal';
import { anchorOf, CHECKS, type CheckId } from './book';

/** What a check found. */
export interface Finding {
  /** `skipped`: there is nothing to check; it does not count against the shop. */
  state: 'ok' | 'failed' | 'skipped';
  /** What was seen, with figures, in one line. */
  figures: string;
  /** What to do, where it is known better than the check's general remedy; only for a failed one. */
  remedy?: string;
}

/** A check that was made. */
export type CheckResult = Awaited<ReturnType<typeof runCheck>>;

export const ok = (figures: string): Finding => ({ state: 'ok', figures });
export const skipped = (figures: string): Finding => ({ state: 'skipped', figures });
export const failed = (figures: string, remedy?: string): Finding => ({
  state: 'failed',
  figures,
  ...(remedy === undefined ? {} : { remedy }),
});

/** Makes one check. It never rejects: what is thrown is its failure. */
export async function runCheck(id: CheckId, check: () => Promise<Finding>) {
  const started = performance.now();
  const found = await check().catch((error: unknown) =>
    error instanceof Mendable ? failed(error.problem, error.remedy) : failed(messageOf(error)),
  );
  return {
    id,
    title: CHECKS[id].title,
    state: found.state,
    figures: found.figures,
    /** null unless it failed. */
    remedy: found.state === 'failed' ? (found.remedy ?? CHECKS[id].remedy) : null,
    /** Its entry in the documentation. */
    anchor: anchorOf(id),
    durationMs: Math.round(performance.now() - started),
  };
}

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: '✓', failed: '✗', skipped: '–' };

/**
 * Writes checks that are under way for a person, each as it ends, in their order.
 *
 * @param interrupted called after each; throws when the rest is not to be waited for
 */
export async function showChecks(
  checks: readonly Promise<CheckResult>[],
  output: Pick<Output, 'line'>,
  interrupted: () => void = () => undefined,
): Promise<CheckResult[]> {
  const made: CheckResult[] = [];
  for (const check of checks) {
    const result = await check;
    interrupted();
    made.push(result);
    for (const line of checkLines(result)) output.line(line);
  }
  return made;
}

/** A check for a person: its mark, figures, and where it failed the remedy with its anchor. */
export function checkLines({ state, title, figures, remedy, anchor }: CheckResult): string[] {
  return [
    `  ${MARKS[state]} ${title}: ${figures}`,
    ...(remedy === null ? [] : [`      → ${remedy}`, `        ${anchor}`]),
  ];
}

/** Whether none failed. */
export function allOk(results: readonly CheckResult[]): boolean {
  return results.every(({ state }) => state !== 'failed');
}
