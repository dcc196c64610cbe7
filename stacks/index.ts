/**
 * The program: a cluster, the stores, the shop, its telemetry, and the scenario as its state. `pulumi up` makes all
 * of it, `pulumi config set demoMode blackfriday && pulumi up` makes the outage.
 */
import './stack-traces';
import path from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import { Cluster } from '../infra/cluster/cluster';
import { PULL_SECRET_NAME, PullSecret } from '../infra/cluster/pull-secret';
import { Collector } from '../infra/collector/collector';
import { PinnedImages } from '../infra/images/pinned-image';
import { ServicesImage } from '../infra/images/services-image';
import { Network } from '../infra/network/network';
import { ShopDatabase } from '../infra/postgres/database';
import { PostgresServer } from '../infra/postgres/server';
import { SetupJob } from '../infra/postgres/setup-job';
import { Redis } from '../infra/redis/redis';
import { FollowUp } from '../infra/scenario/follow-up';
import { ScenarioDeployment } from '../infra/scenario/scenario-deployment';
import { requiredConnections } from '../scenario/pools/connections';
import { addressOf, urlOf } from '../infra/cluster/address';
import { keysOfNamespace } from '../scenario/config/config-file';
import { DEFAULTS } from '../scenario/config/limits';
import { readSettings } from './config';
import { requireNode } from './node-version';
import { PARKED, nextCommands, releases, scenarioOutput } from './outputs';
import { warnOfMovedNamespace } from './moved-namespace';
import { leaveHostsAlone } from './parked';
import { pastOutputs } from './past-outputs';
import { createShop } from '../infra/service/shop-service';
import { createTarget, refuse } from './target';
import { collectorDestinations, vendorUrls } from './telemetry';

/** The stack; its result is the stack's outputs. */
async function main() {
  requireNode();
  const settings = await settingsOrAllThatIsMissing();
  const { deployment, nodePorts, images, scenario, scenarioConfig } = settings;
  const storage = deployment.storageClass === undefined ? {} : { storageClass: deployment.storageClass };

  // Where it runs
  const past = pastOutputs();
  const target = await createTarget(settings, path.resolve(__dirname, '..'), past);
  if (target.parked) leaveHostsAlone();
  else await warnOfMovedNamespace(past, settings.namespace);
  const nodeAt = (port: number) => (target.nodeHost ? { host: target.nodeHost, port } : null);
  const exposedAt = (nodePort: number) =>
    target.nodeHost
      ? { type: 'nodePort' as const, nodePort }
      : {
          type: 'loadBalancer' as const,
          sourceRanges: deployment.postgresAccess?.sourceRanges ?? [],
        };
  const cluster = new Cluster('cluster', { ...target, namespace: settings.namespace });

  // What runs there
  const image = target.repository
    ? new ServicesImage('services', {
        repository: target.repository,
        tag: pulumi.getStack(),
        baseImage: images.base,
        platform: target.platform,
        context: '..',
        ...(target.credentials ? { registry: target.credentials } : {}),
      }).digest
    : pulumi.output(target.servicesImage ?? '');
  const pull =
    target.needsPullSecret && target.credentials
      ? new PullSecret('pull', { cluster, credentials: target.credentials })
      : null;
  const pullSecret = pull ? { imagePullSecret: PULL_SECRET_NAME } : {};
  const pinned = new PinnedImages('images', {
    images: { postgres: images.postgres, redis: images.redis, collector: images.collector },
    ...(target.credentials ? { credentials: target.credentials } : {}),
  }).references;
  const network = new Network('network', { cluster, vendorUrls: vendorUrls(deployment) });

  // The stores
  const postgres = new PostgresServer('postgresql', {
    cluster,
    image: pinned.postgres,
    ...pullSecret,
    ...storage,
    storage: '10Gi',
    maxConnections: requiredConnections(scenario, settings.replicas),
    access: exposedAt(nodePorts.postgres),
  });
  const database = new ShopDatabase('database', {
    server: postgres,
    ...addressOf(postgres.service, nodeAt(nodePorts.postgres)),
    deletedWith: cluster.namespace,
  });
  const setup = new SetupJob('setup', {
    cluster,
    image,
    ...pullSecret,
    databaseUrl: database.urls.superuser,
    databaseCa: postgres.clientCa,
    catalogRows: scenario.catalogRows,
    after: database.ready,
  });
  const redis = new Redis('redis', { cluster, image: pinned.redis, ...pullSecret, ...storage });

  // The scenario, as state of the database
  const deployed = new ScenarioDeployment('scenario', {
    scenario,
    configuredStart: scenarioConfig.demoStartTimestamp ?? null,
    startDelaySeconds: scenarioConfig.startDelaySeconds ?? DEFAULTS.startDelaySeconds,
    login: database.conductorLogin,
    volume: postgres.volumeId,
    after: [setup],
    deletedWith: cluster.namespace,
  });

  // Telemetry, and the shop that follows the scenario
  const collector = new Collector('collector', {
    cluster,
    image: pinned.collector,
    ...pullSecret,
    ...collectorDestinations(deployment),
  });
  const token = new random.RandomPassword('admin-token', { length: 40, special: false }).result;
  const cohortKey = new random.RandomPassword('cohort-key', { length: 40, special: false }).result;
  const shop = createShop(
    {
      cluster,
      image,
      ...pullSecret,
      replicas: settings.replicas,
      otlpEndpoint: collector.endpoint,
      databaseUrls: database.urls,
      databaseCa: postgres.clientCa,
      redisUrl: redis.url,
      adminToken: token,
      cohortKey,
      knownHosts: [...(target.nodeHost ? [target.nodeHost] : []), ...(deployment.knownHosts ?? [])],
      ...(deployment.links?.trace === undefined ? {} : { traceLink: deployment.links.trace }),
      coralogix: deployment.coralogix !== undefined,
      releases: scenario.releases,
      exposures: { frontend: exposedAt(nodePorts.shop), console: exposedAt(nodePorts.console) },
    },
    {
      dependsOn: [network, ...(pull ? [pull] : [])],
      storesReady: { postgresql: deployed.row, redis },
    },
  );
  const shopUrl = urlOf(addressOf(shop.frontend.service, nodeAt(nodePorts.shop)));
  const consoleUrl = urlOf(addressOf(shop.console.service, nodeAt(nodePorts.console)));
  // Parked hosts promise nothing; the update that starts them asks anew.
  if (!target.parked) {
    new FollowUp('follow-up', {
      scenario,
      catalogs: settings.replicas['product-catalog'],
      runId: deployed.runId,
      login: database.conductorLogin,
      volume: postgres.volumeId,
      shopUrl,
      consoleUrl,
      after: [deployed, collector, ...Object.values(shop)],
      deletedWith: cluster.namespace,
    });
  }

  return {
    shopUrl,
    consoleUrl,
    adminToken: pulumi.secret(token),
    scenario: scenarioOutput(settings, deployed),
    kubeconfig: pulumi.secret(target.kubeconfig),
    // For the commands of cli/, which talk to the shop as it runs.
    ...(target.context === undefined ? {} : { kubeContext: target.context }),
    namespace: target.parked ? await past.value('namespace') : settings.namespace,
    conductorDatabase: database.conductorLogin,
    ...(deployment.links === undefined ? {} : { links: deployment.links }),
    releases: target.parked ? await past.value('releases') : releases(settings, image, past),
    ...target.outputs,
    next: target.parked ? PARKED : nextCommands(settings, shopUrl, consoleUrl),
  };
}

/** The stack's settings. @throws pulumi.RunError with the config's faults, and whatever else the update would miss */
async function settingsOrAllThatIsMissing() {
  try {
    return readSettings();
  } catch (faults) {
    return await refuse(faults, keysOfNamespace(pulumi.runtime.allConfig(), pulumi.getProject()));
  }
}

export = main;
