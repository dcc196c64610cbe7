import * as pulumi from '@pulumi/pulumi';
import type { ScenarioDeployment } from '../infra/scenario/scenario-deployment';
import type { StackSettings } from './config';
import type { PastOutputs } from './past-outputs';
import { nextReleases, type Releases } from './release';

/** What `pulumi stack output scenario` shows. */
export function scenarioOutput({ scenario }: StackSettings, deployed: ScenarioDeployment) {
  return {
    mode: scenario.mode,
    title: scenario.title,
    runId: deployed.runId,
    minute0: deployed.startTimestamp.apply((start) =>
      typeof start === 'number' ? new Date(start * 1000).toISOString() : 'no run',
    ),
    minuteSeconds: scenario.minuteSeconds,
    indexes: deployed.indexes,
    pool: scenario.pools.recommendation,
    scale: scenario.scale,
  };
}

/** What `npm run rollback -- --release previous` goes back by. */
export function releases(
  { config }: Pick<StackSettings, 'config'>,
  image: pulumi.Output<string>,
  past: PastOutputs,
): pulumi.Output<Releases> {
  return image.apply(async (digest) => nextReleases(await past.value('releases'), { image: digest, config }));
}

/** What to type while the hosts are parked. */
export const PARKED = [
  'the hosts are parked; what runs on them was left as it is, whatever the config says meanwhile',
  'start them: pulumi config set hostState running && pulumi up',
  "refresh them: pulumi refresh --target '**aws:**' (nothing else answers)",
];

/** The commands to type next. */
export function nextCommands(
  settings: StackSettings,
  shopUrl: pulumi.Output<string>,
  consoleUrl: pulumi.Output<string>,
): pulumi.Output<string[]> {
  const flip =
    settings.scenario.mode === 'normal'
      ? 'make the outage: pulumi config set demoMode blackfriday && pulumi up'
      : 'heal it: pulumi config set demoMode normal && pulumi up';
  const vendor =
    settings.deployment.coralogix?.privateKey === undefined &&
    settings.deployment.otlp?.endpoint === undefined
      ? [
          'telemetry goes to the console only; to Coralogix: pulumi config set --secret --path coralogix.privateKey KEY && pulumi up',
        ]
      : [];
  return pulumi
    .all([shopUrl, consoleUrl])
    .apply(([shop, console]) => [
      `watch it: open ${console} (the shop: ${shop})`,
      flip,
      `control it: npm run console -- --stack ${pulumi.getStack()} (token: pulumi stack output adminToken --show-secrets)`,
      ...vendor,
    ]);
}
