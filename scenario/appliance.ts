import { CAUSES } from './causes/all';
import type { CauseParts } from './causes/document';
import { indexStage } from './sql/indexes';
import type { Plan, Stage, Step } from './sql/plan';
import { writeDesiredStatement } from './sql/state';

/**
 * How a scenario is applied, and healed alike: a run under way is ended first of all, so that the console's conductor has
 * nothing left to do when a lock is free; then what causes need, then the row.
 */

/** The configuration counts again. */
const END_RUN: Step = {
  what: 'ended the run under way',
  when: 'select exists (select from scenario.override) as due',
  sql: 'select scenario.end_override(null)',
};

/** So that neither what is put right nor the queries behind it are slowed down. */
const HEALING: readonly Step[] = CAUSES.flatMap(({ healing }) => healing ?? []);

/**
 * Makes a scenario's document the desired one. All or nothing: who is killed in between must not leave one mode's
 * storage with another one's scenario.
 */
export const rowPlan: Plan = [
  {
    transaction: true,
    steps: [
      END_RUN,
      ...CAUSES.flatMap(({ rowSteps }) => rowSteps ?? []),
      { what: 'desired row', sql: writeDesiredStatement, document: true, routine: true },
    ],
  },
];

/** The whole of it; its steps ask for the scenario's document. */
export function scenarioPlan(scenario: CauseParts): Plan {
  const stages: Stage[] = CAUSES.flatMap((cause) => cause.stages?.(scenario, HEALING) ?? []);
  return [{ steps: [END_RUN] }, ...stages, ...rowPlan];
}

/** Some indexes alone, as a stack's resources make them. */
export function indexPlan(indexes: Partial<CauseParts['indexes']>): Plan {
  return [{ steps: [END_RUN] }, indexStage(indexes, HEALING)];
}

/** The desired document, column `document`. */
export const desiredQuery = 'select document from scenario.desired';

/** The time where the shop runs (Unix seconds): a run begins by it, whatever the clock of the operator's machine says. */
export const clockQuery = 'select extract(epoch from clock_timestamp())::float8 as now';
