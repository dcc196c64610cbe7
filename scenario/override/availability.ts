import { ABLATABLE, ablationsOf, ALL_CAUSES } from '../causes/all';
import type { Ablation } from '../causes/document';
import { positionAt } from '../timeline';
import { effectiveScenario, type ScenarioState } from '../state';
import { NO_RUN } from './change';

const CONTROLS = ['start', 'pause', 'resume', 'goto', 'abort'] as const;

/** What a presenter can do: control the run, take a cause out of it, put all back. */
export type ActionName = (typeof CONTROLS)[number] | `ablate-${Ablation | 'none'}`;

export const ACTIONS: readonly ActionName[] = [
  ...CONTROLS,
  ...ABLATABLE.map(({ name }) => `ablate-${name}` as const),
  'ablate-none',
];

/** Whether an action works now; if not, why, and what to do instead. */
export type Availability = { ok: true } | { ok: false; why: string };

/** Which actions work in a state of the scenario rows. */
export function availability(state: ScenarioState, nowSeconds: number): Record<ActionName, Availability> {
  const effective = effectiveScenario(state);
  const no = (why: string): Availability => ({ ok: false, why });
  const yes: Availability = { ok: true };
  if (effective === null) {
    const why = no('No scenario is known yet: the database is being set up.');
    return Object.fromEntries(ACTIONS.map((action) => [action, why])) as Record<ActionName, Availability>;
  }
  const { scenario, pausedAt } = effective;
  const runs = scenario.mode !== 'normal';
  const own = ablationsOf(scenario.mode).map(({ name }) => name);
  const position = positionAt(effective, nowSeconds);
  const started = runs && position.state !== 'before_start';
  const run = (check: () => Availability): Availability => (runs ? check() : no(NO_RUN));
  const ablatable = (is: boolean, already: string): Availability => run(() => (is ? no(already) : yes));
  return {
    start: !runs
      ? yes
      : no(
          state.override === null
            ? `The stack's config has an outage under way (${scenario.mode}): heal it, or set demoMode to normal, before you start another.`
            : `Run ${scenario.runId}, started by ${state.override.startedBy}, is under way: heal it first.`,
        ),
    pause: run(() => {
      if (pausedAt !== null) return no('The clock is held already.');
      if (!started) return no('The run has not begun: its clock can be held from minute 0 on.');
      return position.state === 'over' ? no('The run is over: jump back to a minute, or heal.') : yes;
    }),
    resume: run(() => (pausedAt === null ? no('The clock runs already.') : yes)),
    goto: run(() => yes),
    abort: run(() => yes),
    ...(Object.fromEntries(
      ABLATABLE.map(({ name, done }) => [
        `ablate-${name}`,
        ablatable(
          scenario.ablation === name || !own.includes(name),
          own.includes(name) ? `${done} already.` : 'This outage has no such cause.',
        ),
      ]),
    ) as Record<`ablate-${Ablation}`, Availability>),
    'ablate-none': ablatable(scenario.ablation === null, `${ALL_CAUSES.done} already.`),
  };
}
