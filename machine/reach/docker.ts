import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { codeOf, Mendable, messageOf } from '../errors';
import { getJson } from '../http';
import { textAt } from '../json';

const ANSWER_WITHIN_MS = 10_000;
const DEFAULT_SOCKET = 'unix:///var/run/docker.sock';

/** What is said where no engine answers. */
export const NO_DOCKER = {
  problem: "No Docker engine answers here, and the services' image is built by one",
  remedy: 'Start it, or name an image that is there: pulumi config set --path images.services NAME@sha256:…',
} as const;

/**
 * Asks the Docker engine that would build the image: `DOCKER_HOST`'s, else the one the CLI's context names, else the
 * default socket's.
 *
 * @returns its version, where it says one
 * @throws Mendable when none answers
 */
export async function requireDocker(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  try {
    const host = env.DOCKER_HOST ?? '';
    // Others (ssh://, https by certificates) only the CLI can reach.
    if (/^(unix|tcp|http):\/\//.test(host) && (env.DOCKER_TLS_VERIFY ?? '') === '') return await ping(host);
    return await askCli(env);
  } catch (error) {
    throw new Mendable(`${NO_DOCKER.problem} (${firstLineOf(messageOf(error))})`, NO_DOCKER.remedy);
  }
}

async function askCli(env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], {
      env,
      timeout: ANSWER_WITHIN_MS,
    });
    return stdout.trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ping(DEFAULT_SOCKET);
    throw new Error((error as { stderr?: string }).stderr ?? messageOf(error), { cause: error });
  }
}

/** @param host as `DOCKER_HOST` has it */
async function ping(host: string): Promise<string> {
  const [, socketPath] = /^unix:\/\/(.*)$/.exec(host) ?? [];
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'));
  const { body } = await (socketPath === undefined
    ? getJson(`http://${hostname}:${port || '2375'}/version`, { timeoutMs: ANSWER_WITHIN_MS })
    : getJson('http://localhost/version', { timeoutMs: ANSWER_WITHIN_MS, socketPath }));
  return textAt(body, 'Version') ?? 'unknown';
}

function firstLineOf(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
