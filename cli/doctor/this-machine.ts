import { resolveScenario } from '../../scenario/resolve';
import { loadScenarioConfig } from '../../scenario/config/config-file';
import { CATALOG, CONSOLE_OTLP } from '../../services/catalog';
import { POSTGRES_PORT, REDIS_PORT, requireFreePorts } from '../../machine/reach/ports';
import { failed, ok, type Finding } from '../checks/check';
import { findShop } from '../target/local-target';
import type { StackFacts } from './facts';

/** Everything is run by the Node that the project installs for itself; another one may start it. */
export function checkNode(): Promise<Finding> {
  return Promise.resolve(ok(`${process.versions.node}, installed in the project`));
}

/** Whether `npm start` would find its ports free, or the shop runs already. */
export async function checkPorts(dataDir: string): Promise<Finding> {
  const shop = findShop(dataDir);
  if (shop !== null) return ok(`the shop runs: ${shop.urls.frontend}, console ${shop.urls.console}`);
  const services = [...CATALOG, { ...CONSOLE_OTLP, name: 'console, telemetry' }];
  const needed = [
    ...services.map(({ port, name }) => ({ port, service: name })),
    { port: POSTGRES_PORT, service: 'PostgreSQL' },
    { port: REDIS_PORT, service: 'Redis' },
  ];
  await requireFreePorts(needed, 0);
  const ports = needed.map(({ port }) => port);
  return ok(
    `${String(Math.min(...ports))} to ${String(Math.max(...ports))}: the ${String(ports.length)} that npm start needs are free`,
  );
}

/** Whether the scenario of a stack's file can be made. */
export function checkStackFile(projectDir: string, stack: string): Promise<Finding> {
  const config = loadScenarioConfig({ projectDir, stack });
  const { mode } = resolveScenario(config, { nowSeconds: Date.now() / 1000, scaleDefault: 1 });
  return Promise.resolve(ok(`Pulumi.${stack}.yaml, demoMode ${mode}`));
}

/** Whether all keys of a stack are right, those of its deployment, too. */
export function judgeStackConfig({ faults }: Pick<StackFacts, 'faults'>, stack: string): Finding {
  // Who may reach the host is a check of its own.
  const others = faults.filter(({ key, value }) => key !== 'operatorCidrs' || value !== undefined);
  return others.length === 0
    ? ok(`Pulumi.${stack}.yaml: all keys are right`)
    : failed(others.map(({ key, message }) => `${key}: ${message}`).join('; '));
}
