import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { listAt, numberAt, parseJson, textAt } from '../../machine/json';
import { messageOf } from '../../machine/errors';
import { OLD_NODE, runsProgram } from '../../machine/reach/node-version';
import { failed, ok, skipped, type Finding } from '../checks/check';
import { engineRoots } from '../target/pulumi-engine';
import { engineReason } from '../target/stack-target';

/** The back end may be far away (ms). */
const WITHIN_MS = 30_000;
const NO_CLI = 'install the Pulumi CLI first';

/** The Pulumi CLI, asked about one stack of the project; it changes nothing. */
export class EngineView {
  private readonly answers = new Map<string, Promise<string>>();
  private readonly root: string | undefined;

  constructor(
    readonly stack: string,
    private readonly projectDir: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    [this.root] = engineRoots(env);
  }

  /** What a command prints; asked once. @throws Error with the engine's own reason, or that there is none */
  ask(...args: string[]): Promise<string> {
    const key = args.join(' ');
    const answer = this.answers.get(key) ?? this.run(args);
    this.answers.set(key, answer);
    return answer;
  }

  /** Whether there is a CLI to ask. */
  get isThere(): boolean {
    return this.root !== undefined;
  }

  private async run(args: string[]): Promise<string> {
    if (this.root === undefined) throw new Error('there is no Pulumi CLI on the PATH');
    try {
      const { stdout } = await promisify(execFile)(path.join(this.root, 'bin', 'pulumi'), args, {
        cwd: this.projectDir,
        env: { ...this.env, PULUMI_SKIP_UPDATE_CHECK: 'true', PULUMI_NON_INTERACTIVE: 'true' },
        timeout: WITHIN_MS,
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout.trim();
    } catch (error) {
      throw new Error(engineReason(error), { cause: error });
    }
  }

  /** The stack's config with its secrets in clear, by full key; null while the engine does not tell. */
  async config(): Promise<Record<string, string> | null> {
    const found = await this.told('config');
    if (typeof found !== 'object' || found === null) return null;
    return Object.fromEntries(Object.keys(found).map((key) => [key, textAt(found, key, 'value') ?? '']));
  }

  /** What the last update left; null where there was none, or the engine does not tell. */
  outputs(): Promise<unknown> {
    return this.told('stack', 'output');
  }

  /** What a command tells of the stack, secrets in clear; null while the engine does not tell. */
  private told(...command: string[]): Promise<unknown> {
    return this.ask(...command, '--show-secrets', '--json', '--stack', this.stack).then(
      parseJson,
      () => null,
    );
  }
}

/** Whether the Node of the user's PATH runs the program: the engine takes that one, not the project's. */
export async function checkProgramNode(env: NodeJS.ProcessEnv): Promise<Finding> {
  // npm has put the project's own first for this command alone.
  const folders = (env.PATH ?? '').split(path.delimiter);
  const PATH = folders
    .filter((folder) => !folder.endsWith(path.join('node_modules', '.bin')))
    .join(path.delimiter);
  const found = await promisify(execFile)('node', ['--version'], { env: { ...env, PATH } }).then(
    ({ stdout }) => stdout.trim(),
    () => 'none',
  );
  return runsProgram(found)
    ? ok(`${found} on the PATH, which the engine runs the program by`)
    : failed(`${found} on the PATH, and the program needs ${OLD_NODE.needs}`, OLD_NODE.remedy);
}

/** Whether the CLI is there, as new as the project needs. */
export async function checkPulumi(engine: EngineView, projectDir: string): Promise<Finding> {
  const project: unknown = parse(readFileSync(path.join(projectDir, 'Pulumi.yaml'), 'utf8'));
  const wanted = /\d+\.\d+\.\d+/.exec(textAt(project, 'requiredPulumiVersion') ?? '')?.[0] ?? '0.0.0';
  const found = /\d+\.\d+\.\d+/.exec(await engine.ask('version'))?.[0] ?? '0.0.0';
  return found.localeCompare(wanted, 'en', { numeric: true }) >= 0
    ? ok(found)
    : failed(`${found}, and the project needs ${wanted}`);
}

/** Whether there is a back end that the state goes to. */
export async function checkLogin(engine: EngineView): Promise<Finding> {
  if (!engine.isThere) return skipped(NO_CLI);
  const who = parseJson(await engine.ask('whoami', '--json'));
  return ok(`${textAt(who, 'user') ?? 'somebody'} at ${textAt(who, 'url') ?? 'an unknown back end'}`);
}

/** Whether the back end has the stack. */
export async function checkStackThere(engine: EngineView): Promise<Finding> {
  if (!engine.isThere) return skipped(NO_CLI);
  const stacks = parseJson(await engine.ask('stack', 'ls', '--json'));
  const found = listAt({ stacks }, 'stacks').find((each) => textAt(each, 'name') === engine.stack);
  if (found === undefined)
    return failed('the back end has no such stack', `pulumi stack init ${engine.stack}`);
  return ok((numberAt(found, 'resourceCount') ?? 0) === 0 ? 'there, not deployed yet' : 'there, deployed');
}

/** Whether the stack's secrets can be read. */
export async function checkPassphrase(engine: EngineView, env: NodeJS.ProcessEnv): Promise<Finding> {
  if (!engine.isThere) return skipped(NO_CLI);
  const set = env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  const backend = textAt(parseJson(await engine.ask('whoami', '--json')), 'url') ?? '';
  if (/^https?:/.test(backend) && !set) return skipped('none is needed: the back end keeps the key');
  if (!set) return failed('PULUMI_CONFIG_PASSPHRASE is not set');
  try {
    const asked = ['--show-secrets', '--json', '--stack', engine.stack];
    await Promise.all([engine.ask('config', ...asked), engine.ask('stack', 'output', ...asked)]);
    return ok('set, and it opens what the stack has encrypted');
  } catch (error) {
    const reason = messageOf(error);
    return reason.includes('no stack named') ? ok('set') : failed(reason);
  }
}
