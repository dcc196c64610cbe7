import { z } from 'zod';
import { createPool } from '../lib/database';
import { readEnv } from '../lib/env';
import { baseUrl } from '../lib/http-client';
import { logger } from '../lib/logger';
import { ObserverConnection } from '../lib/queries/observer-connection';
import { ScenarioSubscription } from '../lib/scenario-subscription';
import { runService } from '../lib/server';
import { systemClock } from './schedule/clock';
import { LoadGenerator } from './generator';
import { JourneyPlayer } from './journeys/journey-player';
import { generatorLog } from './log';
import { adminRoutes } from './control/routes';
import { RunControl } from './control/run-control';
import { databaseStore } from './replicas/database-store';
import { Membership } from './replicas/membership';
import { ShopClient } from './journeys/shop-client';
import { loadHealth } from './stats/traffic-stats';

/** No part of the load is decided on an answer that takes longer (ms). */
const STORE_LIMITS = { connectionTimeoutMillis: 1_000, query_timeout: 1_000 };

/** Starts the load generator: no traffic before a scenario is known, then it follows it. */
export async function start(): Promise<void> {
  const { DATABASE_URL: databaseUrl, LOAD_REPLICA: replica } = readEnv({
    DATABASE_URL: z.string().min(1),
    /** Its name among the replicas that share the load; without one, all of it is this process's. */
    LOAD_REPLICA: z.string().min(1).max(60).optional(),
  });
  const clock = systemClock();
  const player = new JourneyPlayer(new ShopClient(baseUrl('frontend')), clock);
  const connection = new ObserverConnection(databaseUrl, 'load-generator/replicas', STORE_LIMITS);
  const group =
    replica === undefined
      ? null
      : new Membership(clock, databaseStore(connection), replica, {
          onHeard: () => {
            generator.heard();
          },
          onStruck: (struck, until) => {
            generator.missed(struck, until);
          },
        });
  const generator = new LoadGenerator({
    clock,
    ...(group ? { group } : {}),
    source: `${replica ?? 'load'}-${Date.now().toString(36)}`,
    play: player.play,
    log: generatorLog(logger),
  });
  const subscription = new ScenarioSubscription(databaseUrl, 'load-generator/scenario');
  subscription.onChange((effective) => {
    generator.follow(effective);
    group?.start();
  });
  const pool = createPool({ name: 'admin', max: 2, acquireTimeoutMs: 2_000, statementTimeoutMs: 5_000 });
  await runService({
    name: 'load-generator',
    subscription,
    routes: (router) => adminRoutes(router, generator, new RunControl(pool)),
    readiness: {
      scenario: () => subscription.assertKnown(),
    },
    health: () => loadHealth(generator),
    close: async () => {
      await group?.leave();
      generator.stop();
      await Promise.all([player.close(), connection.close()]);
    },
  });
}
