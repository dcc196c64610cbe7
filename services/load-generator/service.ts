import { z } from 'zod';
import { createPool } from '../lib/database';
import { readEnv } from '../lib/env';
import { baseUrl } from '../lib/http-client';
import { logger } from '../lib/logger';
import { ScenarioSubscription } from '../lib/scenario-subscription';
import { runService } from '../lib/server';
import { systemClock } from './schedule/clock';
import { LoadGenerator } from './generator';
import { JourneyPlayer } from './journeys/journey-player';
import { generatorLog } from './log';
import { adminRoutes } from './control/routes';
import { RunControl } from './control/run-control';
import { ShopClient } from './journeys/shop-client';
import { loadHealth } from './stats/traffic-stats';

/** The environment of this process. */
function environment() {
  const env = readEnv({
    DATABASE_URL: z.string().min(1),
    LOAD_SHARE_INDEX: z.coerce.number().int().min(0).default(0),
    LOAD_SHARE_COUNT: z.coerce.number().int().min(1).default(1),
  });
  if (env.LOAD_SHARE_INDEX >= env.LOAD_SHARE_COUNT) {
    throw new Error(
      `LOAD_SHARE_INDEX=${String(env.LOAD_SHARE_INDEX)} must be below LOAD_SHARE_COUNT=${String(env.LOAD_SHARE_COUNT)}`,
    );
  }
  return {
    databaseUrl: env.DATABASE_URL,
    share: { index: env.LOAD_SHARE_INDEX, count: env.LOAD_SHARE_COUNT },
  };
}

/** Starts the load generator: no traffic before a scenario is known, then it follows it. */
export async function start(): Promise<void> {
  const { databaseUrl, share } = environment();
  const clock = systemClock();
  const player = new JourneyPlayer(new ShopClient(baseUrl('frontend')), clock);
  const generator = new LoadGenerator({
    clock,
    share,
    source: `load${String(share.index)}-${Date.now().toString(36)}`,
    play: player.play,
    log: generatorLog(logger),
  });
  const subscription = new ScenarioSubscription({
    connectionString: databaseUrl,
    applicationName: 'load-generator/scenario',
  });
  subscription.onChange((effective) => {
    generator.follow(effective);
  });
  const pool = createPool({ name: 'admin', max: 2, acquireTimeoutMs: 2_000, statementTimeoutMs: 5_000 });
  await subscription.start();
  await runService({
    name: 'load-generator',
    subscription,
    routes: (router) => {
      adminRoutes(router, generator, new RunControl(pool));
    },
    readiness: {
      scenario: () => {
        subscription.assertKnown();
      },
    },
    health: () => loadHealth(generator),
    close: async () => {
      generator.stop();
      await player.close();
      await pool.close();
    },
  });
}
