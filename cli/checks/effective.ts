import { effectiveScenario, readState } from '../../scenario/state';
import { positionAt } from '../../scenario/timeline';
import type { EffectiveScenario } from '../../scenario/types';
import { Mendable, messageOf } from '../../machine/errors';
import type { Interruption } from '../../machine/interruption';
import { withSession } from '../../machine/session';
import type { Output } from '../../machine/terminal';
import { ShopObserver } from '../observation/shop-observer';
import type { Target } from '../target/target';
import type { CheckContext } from './context';

/** What the checks of a shop work with. @param patienceMs how long telemetry and the like may take to show */
export function checkContext(
  target: Target,
  patienceMs: number,
  interruption: Pick<Interruption, 'wait'>,
  output: Output,
): CheckContext {
  return {
    target,
    observer: new ShopObserver(target),
    effective: () => readEffective(target),
    patienceMs,
    output,
    wait: (ms) => interruption.wait(ms),
  };
}

/** Reads what the shop follows. @throws Mendable when PostgreSQL does not answer; Error when it has no scenario */
export async function readEffective(target: Pick<Target, 'conductor'>): Promise<EffectiveScenario> {
  const state = await withSession(target.conductor, (sql) => readState(sql)).catch((error: unknown) => {
    throw new Mendable(
      `PostgreSQL does not answer: ${messageOf(error)}`,
      'see to PostgreSQL first: its process or pod, and its log',
    );
  });
  const effective = effectiveScenario(state);
  if (effective === null) throw new Error('the database has no scenario yet');
  return effective;
}

/** Where the run stands, for a check's words. */
export async function effectivePosition(
  context: Pick<CheckContext, 'effective'>,
): Promise<{ minute: number | null; outage: boolean }> {
  const effective = await context.effective();
  const { minute, state } = positionAt(effective, Date.now() / 1000);
  return {
    minute: minute === null ? null : Math.floor(minute),
    // Index and pool stay as configured after the last minute.
    outage: state === 'running' || state === 'over',
  };
}

/** One line on what is in force. */
export function describeEffective(effective: EffectiveScenario, nowSeconds: number): string {
  const { scenario, source, pausedAt } = effective;
  const { minute, state } = positionAt(effective, nowSeconds);
  if (state === 'normal') return source === 'desired' ? 'normal' : `normal (run ${scenario.runId})`;
  const where =
    state === 'running' ? `minute ${(minute ?? 0).toFixed(1)}${pausedAt === null ? '' : ', paused'}` : state;
  return `${scenario.mode}, ${where} (${source === 'override' ? `run ${scenario.runId}` : 'by stack config'})`;
}
