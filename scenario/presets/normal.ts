import { SEED_FLOW_ALERT } from '../flow-alert';
import { USUAL, type Preset } from './preset';

/** Nothing is the matter. */
export const normal: Preset = {
  ...USUAL,
  mode: 'normal',
  title: 'Normal operations',
  curve: [],
  causes: {},
  flowAlert: SEED_FLOW_ALERT,
  phases: () => [],
  toShow: {},
  talk: [],
};
