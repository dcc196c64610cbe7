import { INDEX_NAMES, type IndexName, type IndexState } from '../types';
import { INDEX_LOCK, indexSteps } from './indexes';
import type { Plan, Step } from './plan';
import { writeDesiredStatement } from './state';

/** The configuration counts again. */
const END_RUN: Step = {
  what: 'ended the run under way',
  when: 'select exists (select from scenario.override) as due',
  sql: 'select scenario.end_override(null)',
};

/** No run, no steps: every extent costs nothing. So neither a build nor the queries behind it are slowed down. */
const HEAL_STORAGE: Step = {
  what: 'storage profile of normal operations',
  sql: `select scenario.write_storage('{"storage":{"enabled":false,"steps":[]}}'::jsonb)`,
  routine: true,
};

/**
 * Makes indexes what stack config wants. A run under way is ended first of all, so that the console's conductor has
 * nothing left to do when the lock is free.
 */
export function indexPlan(indexes: Readonly<Partial<Record<IndexName, IndexState>>>): Plan {
  const steps = INDEX_NAMES.flatMap((name) => {
    const wanted = indexes[name];
    return wanted === undefined ? [] : indexSteps(name, wanted, [HEAL_STORAGE]);
  });
  return [{ steps: [END_RUN] }, { lock: INDEX_LOCK, steps }];
}

/**
 * Makes a scenario's document the desired one. All or nothing: who is killed in between must not leave one mode's
 * storage with another one's scenario.
 */
export const rowPlan: Plan = [
  {
    transaction: true,
    steps: [
      END_RUN,
      {
        what: 'storage profile',
        sql: 'select scenario.write_storage($1::jsonb)',
        document: true,
        routine: true,
      },
      { what: 'desired row', sql: writeDesiredStatement, document: true, routine: true },
    ],
  },
];

/** The desired document, column `document`. */
export const desiredQuery = 'select document from scenario.desired';
