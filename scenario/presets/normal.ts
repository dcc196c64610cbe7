import { SEED_FLOW_ALERT } from '../flow-alert';
import { ORDER_VALUE_USD, type Preset } from './preset';

/** Nothing is the matter. */
export const normal: Preset = {
  mode: 'normal',
  title: 'Normal operations',
  curve: [],
  causes: {},
  recommendationsMs: 5000,
  minScale: 0,
  minScaleReason: '',
  gradedFromMinuteSeconds: 0,
  flowAlert: SEED_FLOW_ALERT,
  orderValueUsd: ORDER_VALUE_USD,
  phases: () => [],
  toShow: {},
  talk: [],
  exercises: [],
};
