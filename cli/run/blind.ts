import { randomInt } from 'node:crypto';
import type { Ablation, CurvePoint, Scenario } from '../../scenario/types';
import type { DemoOptions, OutageMode } from './arguments';
import { seededNumbers } from './seeded-numbers';

/** What a trainer's seed chose. */
export interface Exercise {
  seed: number;
  mode: OutageMode;
  ablation: Ablation | null;
  curve: CurvePoint[] | null;
  fromMinute: number;
  toMinute: number;
  /** Real seconds of normal traffic before it begins. */
  delaySeconds: number;
  /** In a sentence, for `reveal`. */
  answer: string;
}

interface Kind {
  mode: OutageMode;
  ablation: Ablation | null;
  curve: CurvePoint[] | null;
  fromMinute: [least: number, most: number];
  minutes: number;
  answer: string;
}

/** What can be the matter, from obvious to nothing at all. */
const KINDS: readonly Kind[] = [
  {
    mode: 'blackfriday',
    ablation: null,
    curve: null,
    fromMinute: [2, 8],
    minutes: 16,
    answer:
      'idx_products_category is gone, so the recommendation query scans the whole table; the pool of the Black Friday config is too small for it and checkouts fail waiting for a connection',
  },
  {
    mode: 'blackfriday',
    ablation: 'pool',
    curve: null,
    fromMinute: [10, 14],
    minutes: 12,
    answer:
      'idx_products_category is gone and the recommendation query scans the whole table, but the pool is large: checkouts are slow, hardly one fails',
  },
  {
    mode: 'blackfriday',
    ablation: 'index',
    curve: null,
    fromMinute: [8, 14],
    minutes: 12,
    answer:
      'nothing is broken: it is a sale. Demo traffic is many times the usual, index and query are fine. A false alarm',
  },
  {
    mode: 'blackfriday',
    ablation: null,
    curve: [
      { minute: 0, rpm: 600, errorRate: 0 },
      { minute: 4, rpm: 1500, errorRate: 0 },
      { minute: 6, rpm: 2400, errorRate: 0.5 },
      { minute: 10, rpm: 2400, errorRate: 0.5 },
      { minute: 12, rpm: 1200, errorRate: 0.08 },
      { minute: 16, rpm: 3000, errorRate: 0.6 },
    ],
    fromMinute: [0, 3],
    minutes: 18,
    answer:
      'idx_products_category is gone, and the load comes in two waves: with less traffic the small pool nearly copes, with more it does not',
  },
  {
    mode: 'blackfriday',
    ablation: null,
    curve: [
      { minute: 0, rpm: 1800, errorRate: 0 },
      { minute: 2, rpm: 1800, errorRate: 0.12 },
      { minute: 14, rpm: 1800, errorRate: 0.35 },
    ],
    fromMinute: [0, 4],
    minutes: 14,
    answer:
      'idx_products_category is gone while traffic stays the same: the scan gets slower and slower, and so a small pool slowly runs out',
  },
];

/** Most real seconds of normal traffic before an exercise begins. */
const MOST_DELAY_SECONDS = 45;

/** A seed nobody knows. */
export function anySeed(): number {
  return randomInt(0x1_0000_0000);
}

/** What a seed chooses; the same seed chooses the same. */
export function exerciseOf(seed: number): Exercise {
  const next = seededNumbers(seed);
  const kind = KINDS[Math.floor(next() * KINDS.length)] ?? KINDS[0];
  if (kind === undefined) throw new Error('there is no exercise');
  const [least, most] = kind.fromMinute;
  const fromMinute = least + Math.floor(next() * (most - least + 1));
  return {
    seed,
    mode: kind.mode,
    ablation: kind.ablation,
    curve: kind.curve === null ? null : kind.curve.map((point) => ({ ...point })),
    fromMinute,
    toMinute: Math.min(29, fromMinute + kind.minutes),
    delaySeconds: 5 + Math.floor(next() * (MOST_DELAY_SECONDS - 4)),
    answer: kind.answer,
  };
}

/** The options of a run that does the exercise. */
export function blindOptions(options: DemoOptions, exercise: Exercise): DemoOptions {
  const { mode, ablation, curve, fromMinute, toMinute } = exercise;
  return { ...options, mode, ablation, curve, fromMinute, toMinute };
}

/** The scenario with nothing in its telemetry that gives it away: one phase, a plain title. */
export function disguised(scenario: Scenario, runId: string): Scenario {
  const phases = [{ fromMinute: 0, name: 'exercise', title: 'Exercise', journeyWeights: null }];
  return {
    ...scenario,
    runId,
    title: 'Exercise',
    phases,
    expectations: scenario.expectations.map((expected) => ({ ...expected, phase: 'exercise' })),
  };
}
