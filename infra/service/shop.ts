import * as pulumi from '@pulumi/pulumi';
import type { Cluster } from '../cluster/cluster';
import type { ClientCa } from '../postgres/server';
import type { Exposure } from '../cluster/address';
import { ShopService } from './shop-service';
import {
  CATALOG,
  type DatabaseRole,
  type ReleaseChoice,
  type ServiceName,
  type StoreName,
} from '../../services/catalog';

export interface ShopArgs {
  cluster: Cluster;
  image: pulumi.Input<string>;
  imagePullSecret?: string;
  replicas: Readonly<Record<ServiceName, number>>;
  otlpEndpoint: string;
  databaseUrls: Record<DatabaseRole, pulumi.Output<string>>;
  databaseCa: ClientCa;
  redisUrl: pulumi.Output<string>;
  adminToken: pulumi.Output<string>;
  cohortKey: pulumi.Output<string>;
  /** Hosts by which people may call shop and console. */
  knownHosts: readonly pulumi.Input<string>[];
  /** Address of a trace at the vendor, with `{traceId}`. */
  traceLink?: string;
  /** Telemetry goes to Coralogix, too. */
  coralogix?: boolean;
  /** Which releases run, where the image holds more than one. */
  releases: ReleaseChoice;
  /** How people reach shop and console. */
  exposures: Partial<Record<ServiceName, Exposure>>;
  /** What must be there before any pod: rules of the network, pull secret. */
  dependsOn: pulumi.Resource[];
  /** What a store's users wait for, so that a store that fails is the fault that is reported. */
  storesReady: Record<StoreName, pulumi.Resource>;
}

/** Every service of the catalog. */
export function createShop(args: ShopArgs): Record<ServiceName, ShopService> {
  const services = CATALOG.map((entry) => {
    const exposure = args.exposures[entry.name];
    const service = new ShopService(
      entry.name,
      {
        cluster: args.cluster,
        entry,
        image: args.image,
        replicas: args.replicas[entry.name],
        otlpEndpoint: args.otlpEndpoint,
        redisKind: 'Redis 7',
        redisUrl: args.redisUrl,
        adminToken: args.adminToken,
        cohortKey: args.cohortKey,
        ...(args.imagePullSecret === undefined ? {} : { imagePullSecret: args.imagePullSecret }),
        ...(entry.databaseRole === null
          ? {}
          : { databaseUrl: args.databaseUrls[entry.databaseRole], databaseCa: args.databaseCa }),
        ...(exposure === undefined ? {} : { exposure, knownHosts: args.knownHosts }),
        ...(args.traceLink === undefined ? {} : { traceLink: args.traceLink }),
        coralogix: args.coralogix === true,
        releases: args.releases,
      },
      { dependsOn: [...args.dependsOn, ...entry.stores.map((store) => args.storesReady[store])] },
    );
    return [entry.name, service] as const;
  });
  return Object.fromEntries(services) as Record<ServiceName, ShopService>;
}
