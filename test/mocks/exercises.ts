import type { ExerciseHead } from '../../cli/exercise/exercise-record';

/** What is fixed of an exercise when it begins. @param cause null: a false alarm */
export const exerciseHead = (cause: 'missing-index' | null = 'missing-index'): ExerciseHead => ({
  id: 'exercise-1',
  seed: 1,
  forWhom: 'human',
  startedAt: '2026-01-15T12:00:00.000Z',
  minuteSeconds: 6,
  scale: 0.25,
  truth: { mode: 'blackfriday', cause, contributing: [], answer: 'it is', remedy: null },
  limit: 100,
});
