import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { repositoryDir } from '../harness';
import { engineTestSettings, type EngineTestSettings } from './settings';

const stateSchema = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(z.looseObject({ urn: z.string(), type: z.string(), id: z.string().optional() })),
  }),
});

/** How a command of the engine ended. */
export interface Ended {
  code: number | null;
  output: string;
  seconds: number;
}

/** Ports of a test stack: not the defaults, which a stack of one's own may have. */
export interface Ports {
  shop: number;
  console: number;
  postgres: number;
}

/** Nothing these tests do takes longer: an engine that hangs is a failure, not a wait. */
const COMMAND_TIMEOUT_MS = 600_000;

/** The engine itself, which a kill hits; npm's `pulumi` is a wrapper around it. */
export function findEngine(): string | null {
  const folders = [
    path.join(homedir(), '.pulumi', 'bin'),
    ...(process.env.PATH ?? '').split(path.delimiter).filter((folder) => !folder.includes('node_modules')),
  ];
  return folders.map((folder) => path.join(folder, 'pulumi')).find((file) => existsSync(file)) ?? null;
}

/** Processes that a process started, and theirs. */
function descendantsOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.flatMap(([child = 0, its = 0]) => (its === parent ? [child, ...below(child)] : []));
  return below(pid);
}

/** Still the process that it was: ids are given again. */
function isPlugin(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.includes('pulumi');
}

/** A stack of its own: its own backend in a temporary folder, its own namespace and ports. */
export class TestStack {
  readonly name: string;
  readonly namespace: string;
  private readonly backend = mkdtempSync(path.join(tmpdir(), 'ecommerce-demo-state-'));
  private readonly engine = findEngine() ?? 'pulumi';
  /** Plugins of killed engines: they outlive them. */
  private readonly orphans: number[] = [];

  constructor(
    suffix: string,
    readonly ports: Ports,
    readonly settings: EngineTestSettings = engineTestSettings(),
  ) {
    this.name = `e2e-${suffix}-${String(process.pid)}`;
    this.namespace = `ecommerce-${this.name}`;
  }

  /** What an engine, or a command that drives one, has to know of this stack. */
  get env(): NodeJS.ProcessEnv {
    return {
      // The program and its dynamic resources run under the node of these tests.
      PATH: [path.dirname(process.execPath), path.dirname(this.engine), process.env.PATH].join(
        path.delimiter,
      ),
      PULUMI_BACKEND_URL: `file://${this.backend}`,
      PULUMI_CONFIG_PASSPHRASE: '',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
    };
  }

  /** Makes the stack with a small, fast shop: 100,000 products, a quarter of the load, minutes of six seconds. */
  async init(): Promise<void> {
    const { settings } = this;
    await this.initWith({
      target: 'kubeconfig',
      kubeconfig: settings.kubeconfig,
      imageRegistry: settings.registry,
      'images.base': settings.images.base,
      'images.postgres': settings.images.postgres,
      'images.redis': settings.images.redis,
      'images.collector': settings.images.collector,
      ...(settings.host === null ? {} : { 'postgresAccess.host': settings.host }),
    });
  }

  /** Makes the stack with the same shop, and the keys that say where it runs; those of other namespaces with theirs. */
  async initWith(where: Readonly<Record<string, string | number>>): Promise<void> {
    const { ports } = this;
    await this.ok(['stack', 'init', this.name]);
    const config: Record<string, string | number> = {
      demoMode: 'normal',
      namespace: this.namespace,
      'nodePorts.shop': ports.shop,
      'nodePorts.console': ports.console,
      'nodePorts.postgres': ports.postgres,
      catalogRows: 100_000,
      'traffic.scale': 0.25,
      minuteSeconds: 6,
      startDelaySeconds: 10,
      ...where,
    };
    const pairs = Object.entries(config).flatMap(([key, value]) => [
      '--plaintext',
      `${key.includes(':') ? key : `ecommerce-demo:${key}`}=${String(value)}`,
    ]);
    await this.ok(['config', 'set-all', '--path', ...pairs, '--stack', this.name]);
  }

  async set(key: string, value: string, ...options: string[]): Promise<void> {
    await this.ok(['config', 'set', `ecommerce-demo:${key}`, value, ...options, '--stack', this.name]);
  }

  /** Pushes another image that does the same. @returns it by digest */
  anotherImage(image: string): string {
    const [repository = ''] = image.split('@');
    const tag = `${repository.replace(/:[^:/]*$/, '')}:${this.name}-other`;
    const docker = (args: string[], input = '') => {
      const { status, stdout, stderr } = spawnSync('docker', args, { input, encoding: 'utf8' });
      if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
      return stdout;
    };
    docker(['build', '-t', tag, '-'], `FROM ${image}\nLABEL another=${this.name}\n`);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(docker(['push', tag]))?.[1] ?? '';
    docker(['image', 'rm', tag]);
    return `${repository.replace(/:[^:/]*$/, '')}@${digest}`;
  }

  up(...args: string[]): Promise<Ended> {
    return this.run(['up', '--yes', '--skip-preview', ...args]);
  }

  preview(...args: string[]): Promise<Ended> {
    return this.run(['preview', ...args]);
  }

  destroy(): Promise<Ended> {
    return this.run(['destroy', '--yes', '--skip-preview']);
  }

  /** One output of the stack. */
  async output(name: string): Promise<unknown> {
    const { output } = await this.ok([
      'stack',
      'output',
      name,
      '--json',
      '--show-secrets',
      '--stack',
      this.name,
    ]);
    return JSON.parse(output) as unknown;
  }

  /** Kubernetes objects in the state, but the namespace itself, as `Kind name`. */
  async kubernetesObjects(): Promise<string[]> {
    return (await this.resources())
      .flatMap(({ type, id }) => {
        const kind = /^kubernetes:.*:(\w+)$/.exec(type)?.[1];
        return kind === undefined || kind === 'Namespace' ? [] : [`${kind} ${id?.split('/')[1] ?? '?'}`];
      })
      .sort();
  }

  /** The URN of the resource of a name. */
  async urnOf(name: string): Promise<string> {
    const found = (await this.resources()).find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) throw new Error(`the state has no ${name}`);
    return found.urn;
  }

  private async resources() {
    const { output } = await this.ok(['stack', 'export', '--stack', this.name]);
    return stateSchema.parse(JSON.parse(output)).deployment.resources;
  }

  /** Runs a command of the engine on this stack, however it ends. */
  run(args: string[]): Promise<Ended> {
    return this.start([...args, '--stack', this.name, '--non-interactive', '--color', 'never']).ended;
  }

  /** Starts a command; `onLine` sees each line of its output, and may end the engine by `kill`. */
  start(
    args: string[],
    onLine: (line: string, kill: () => void) => void = () => undefined,
  ): { ended: Promise<Ended> } {
    const startedAt = performance.now();
    const child: ChildProcess = spawn(this.engine, args, {
      cwd: repositoryDir,
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    let rest = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        onLine(line, () => {
          this.orphans.push(...descendantsOf(child.pid ?? 0));
          child.kill('SIGKILL');
        });
      }
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      // Not 'close': plugins that a killed engine leaves behind hold its output for a while.
      child.on('exit', (code) => {
        setTimeout(() => {
          resolve({ code, output, seconds: (performance.now() - startedAt) / 1000 });
        }, 100);
      });
    });
    return { ended };
  }

  /** Destroys what is left, and forgets stack, state and image. */
  async dispose(): Promise<void> {
    for (const pid of this.orphans.filter(isPlugin)) process.kill(pid, 'SIGKILL');
    await this.run(['cancel', '--yes']);
    const { code, output } = await this.destroy();
    await this.run(['stack', 'rm', '--yes', '--force']);
    rmSync(this.backend, { recursive: true, force: true });
    rmSync(path.join(repositoryDir, `Pulumi.${this.name}.yaml`), { force: true });
    spawnSync('docker', ['image', 'rm', `${this.settings.registry}/ecommerce-demo:${this.name}`]);
    if (code !== 0) throw new Error(`pulumi destroy ended with ${String(code)}:\n${output}`);
  }

  private async ok(args: string[]): Promise<Ended> {
    const ended = await this.start([...args, '--non-interactive', '--color', 'never']).ended;
    if (ended.code !== 0)
      throw new Error(`pulumi ${args.join(' ')} ended with ${String(ended.code)}:\n${ended.output}`);
    return ended;
  }
}
