import type { DemoMode } from './modes';
import { badRelease } from './bad-release';
import { blackfriday } from './blackfriday';
import { blackfridayV3 } from './blackfriday-v3';
import { cacheStampede } from './cache-stampede';
import { flashSale } from './flash-sale';
import { normal } from './normal';
import type { Preset } from './preset';

const PRESETS: Readonly<Record<DemoMode, Preset>> = {
  normal,
  blackfriday,
  'blackfriday-v3': blackfridayV3,
  'bad-release': badRelease,
  'flash-sale': flashSale,
  'cache-stampede': cacheStampede,
};

/** The smallest `traffic.scale` at which every mode can be had. */
export const SCALE_OF_ALL_MODES = Math.max(...Object.values(PRESETS).map(({ minScale }) => minScale));

/** The preset of a mode. */
export function presetOf(mode: DemoMode): Preset {
  return PRESETS[mode];
}
