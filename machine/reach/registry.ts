import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Mendable } from '../errors';
import { parseReference, registryFault, type RegistryLogin } from './registry-api';

/**
 * Fails when the registry does not answer or lets nobody in, before the first resource: the image would be built for
 * minutes, and then not be pushed.
 *
 * @param repository image name without tag
 * @param login the config's; null where the Docker engine's own counts
 * @throws Mendable
 */
export async function requireRegistry(repository: string, login: RegistryLogin | null): Promise<void> {
  const fault = await registryFault(repository, login);
  if (fault === null) return;
  const { server } = parseReference(repository);
  if (fault.kind === 'unreachable') {
    throw new Mendable(
      `ecommerce-demo:imageRegistry: the registry ${server} cannot be reached: ${fault.reason}`,
      'Start it, connect the VPN, or choose another one: pulumi config set imageRegistry HOST/PATH.',
    );
  }
  if (login !== null) {
    throw new Mendable(
      `ecommerce-demo:imagePullSecret: the registry ${server} refuses ${login.username}: ${fault.reason}`,
      'Set a login that may push: pulumi config set --secret --path imagePullSecret.password TOKEN.',
    );
  }
  // The Docker engine logs in with what `docker login` left behind.
  if (fault.wantsLogin && hasEngineLogin(server)) return;
  throw new Mendable(
    `ecommerce-demo:imageRegistry: the registry ${server} refuses: ${fault.reason}, and Docker has no login of it`,
    `docker login ${server}, or set imagePullSecret.username and .password.`,
  );
}

/** Whether Docker's configuration has a login of a registry, or a helper that may have one. */
export function hasEngineLogin(
  server: string,
  folder: string = process.env.DOCKER_CONFIG ?? path.join(homedir(), '.docker'),
): boolean {
  let config: { auths?: object; credHelpers?: object; credsStore?: string };
  try {
    config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as typeof config;
  } catch {
    return false;
  }
  const names =
    server === 'docker.io' ? ['https://index.docker.io/v1/', 'docker.io'] : [server, `https://${server}`];
  if (config.credsStore !== undefined && config.credsStore !== '') return true;
  return names.some(
    (name) => Object.hasOwn(config.auths ?? {}, name) || Object.hasOwn(config.credHelpers ?? {}, name),
  );
}
