import { SEED_FLOW_ALERT } from '../flow-alert';
import type { Phase } from '../types';
import { BLACK_FRIDAY_TALK } from './black-friday-talk';
import { USUAL, type Preset } from './preset';

/**
 * Seed 004's scenario (V3). Its pool of 20 can't be exhausted by two 2.5 s queries a second (Little: five are
 * busy), so the same law gives the pool: 2.5 s · (1 − 35 %) · 2/s ≈ 3.
 */
export const blackfridayV3: Preset = {
  ...USUAL,
  mode: 'blackfriday-v3',
  title: 'Black Friday, third version: slow degradation at low traffic',
  curve: [
    { minute: 0, rpm: 30, errorRate: 0 },
    { minute: 10, rpm: 120, errorRate: 0 },
    { minute: 15, rpm: 120, errorRate: 0 },
    { minute: 18, rpm: 120, errorRate: 0.05 },
    { minute: 20, rpm: 120, errorRate: 0.1 },
    { minute: 22, rpm: 120, errorRate: 0.28 },
    { minute: 25, rpm: 120, errorRate: 0.35 },
  ],
  causes: {
    'missing-index': { absent: ['idx_products_category', 'idx_products_stock_quantity'] },
    'small-pool': { max: 3, acquireTimeoutMs: 5000 },
    'slow-storage': { slowFrom: { minute: 15, scanMs: 2500 } },
  },
  recommendationsMs: 8000,
  minScale: 1,
  minScaleReason: 'its pool has only 3 connections and its load two requests a second',
  gradedFromMinuteSeconds: 30,
  flowAlert: SEED_FLOW_ALERT,
  // Seed 004: "~$50K/minute in failed checkouts", which are 35 % of 120 a minute.
  orderValueUsd: 1190,
  phases: () => V3_PHASES.map((phase) => ({ ...phase })),
  toShow: {
    ramp: 'Traffic grows, nothing fails.',
    peak: 'Full traffic, all is well.',
    degradation: 'Queries take seconds. Nothing fails yet: show db.slow_query.',
    critical: 'The pool runs out: show db.connection.pool.exhausted. The flow alert fires in this act.',
    peak_failure: 'A third of the checkouts fail. Open a failing trace: it waits for the pool.',
  },
  talk: BLACK_FRIDAY_TALK,
};

/** Of customers who meet no errors. */
const WELL = { browse_only: 0.5, browse_and_cart: 0.3, full_checkout: 0.2 };

/**
 * Seed 004's phases. Customers who meet errors browse instead of buying: the weights shift. The curve's rate is
 * that of the full checkouts, so the other journeys come on top of it: total = rpm / weight of full_checkout.
 */
const V3_PHASES: readonly Phase[] = [
  {
    fromMinute: 0,
    name: 'ramp',
    title: 'Ramp: customers arrive',
    journeyWeights: WELL,
  },
  {
    fromMinute: 10,
    name: 'peak',
    title: 'Peak: full traffic, all is well',
    journeyWeights: WELL,
  },
  {
    fromMinute: 15,
    name: 'degradation',
    title: 'Degradation: queries slow down',
    journeyWeights: WELL,
  },
  {
    fromMinute: 20,
    name: 'critical',
    title: 'Critical: the pool runs out',
    journeyWeights: { browse_only: 0.55, browse_and_cart: 0.28, full_checkout: 0.17 },
  },
  {
    fromMinute: 25,
    name: 'peak_failure',
    title: 'Peak failure: a third of the checkouts fail',
    journeyWeights: { browse_only: 0.6, browse_and_cart: 0.25, full_checkout: 0.15 },
  },
];
