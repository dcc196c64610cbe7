import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dataFolder } from '../machine/data-folder';
import { isAlive } from '../machine/process-identity';
import { parseRunState, type RunState } from '../machine/run-file';
import { readIfThere } from '../machine/private-file';
import { withSession } from '../machine/session';
import { copyTemplate } from './data-template';

/** The repository, seen from dist/test. */
export const repositoryDir = resolve(__dirname, '..', '..');

export interface Answer {
  status: number;
  body: unknown;
  headers: Headers;
}

/** How far a shop moves when its ports are taken, and how often. */
const PORTS_OF_A_SHOP = 20;
const MAX_MOVES = 20;

/**
 * A shop as `npm start` runs it, with a stack, a data folder and ports of its own. Its database is there already, where
 * `npm test` has made one beforehand; with `fromNothing` it makes its own in any case.
 */
export class TestShop {
  readonly dataDir: string;
  readonly stackFile: string;
  private process: ChildProcess | null = null;
  private portOffset: number;
  output = '';

  constructor(
    readonly stack: string,
    private readonly args: readonly string[],
    firstPortOffset: number,
    { fromNothing = false }: { fromNothing?: boolean } = {},
  ) {
    this.portOffset = firstPortOffset;
    this.dataDir = mkdtempSync(join(tmpdir(), 'ecommerce-demo-test-'));
    this.stackFile = join(repositoryDir, `Pulumi.${stack}.yaml`);
    if (!fromNothing) copyTemplate(this.dataDir, Number(args[args.indexOf('--rows') + 1]));
  }

  /** Writes the stack's config, as an editor or `pulumi config set` does. */
  configure(config: Record<string, unknown>): void {
    const lines = Object.entries(config).map(
      ([key, value]) => `  ecommerce-demo:${key}: ${JSON.stringify(value)}`,
    );
    writeFileSync(this.stackFile, `config:\n${lines.join('\n')}\n`);
  }

  /**
   * Starts the runner and waits until the shop is ready. Ports that somebody else has, another run of these tests
   * say, are left to him: the runner says so and the next ones are tried. Returns how long the start took (ms).
   */
  async start(timeoutMs = 120_000): Promise<number> {
    for (let moves = 0; ; moves++) {
      try {
        return await this.startOnce(timeoutMs);
      } catch (error) {
        const taken = /^Port \d+ .* is in use/m.test(this.output);
        if (!taken || moves === MAX_MOVES || this.runFile() !== null) throw error;
        this.output = '';
        this.portOffset += PORTS_OF_A_SHOP;
      }
    }
  }

  private async startOnce(timeoutMs: number): Promise<number> {
    const startedAt = performance.now();
    const child = spawn(
      process.execPath,
      [
        join(repositoryDir, 'dist', 'local', 'main.js'),
        ...[
          '--stack',
          this.stack,
          '--data',
          this.dataDir,
          '--port-offset',
          String(this.portOffset),
          '--plain',
        ],
        ...this.args,
      ],
      { cwd: repositoryDir, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.process = child;
    const collect = (chunk: Buffer): void => {
      this.output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    await until(
      () => {
        if (child.exitCode !== null)
          throw new Error(`npm start ended with ${String(child.exitCode)}:\n${this.output}`);
        const run = this.runFile();
        // A killed runner leaves its file: it must be this one's.
        return run?.state === 'ready' && run.runner.pid === child.pid;
      },
      timeoutMs,
      () => `the shop to be ready:\n${this.output}`,
      50,
    );
    return performance.now() - startedAt;
  }

  runFile(): RunState | null {
    return parseRunState(readIfThere(dataFolder(this.dataDir).runFile) ?? '');
  }

  run(): RunState {
    const file = this.runFile();
    if (!file) throw new Error('the shop does not run');
    return file;
  }

  get pid(): number {
    const pid = this.process?.pid;
    if (pid === undefined) throw new Error('the shop was not started');
    return pid;
  }

  url(service: string, path = ''): string {
    const base = this.run().urls[service];
    if (base === undefined) throw new Error(`run.json has no URL of ${service}`);
    return new URL(path, base).href;
  }

  async request(
    service: string,
    path: string,
    init: RequestInit & { admin?: boolean } = {},
  ): Promise<Answer> {
    const { admin, ...rest } = init;
    const headers = new Headers(rest.headers);
    if (admin) headers.set('authorization', `Bearer ${this.run().adminToken}`);
    const response = await fetch(this.url(service, path), {
      ...rest,
      headers,
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch {
      // Not JSON: the text itself.
    }
    return { status: response.status, body, headers: response.headers };
  }

  post(service: string, path: string, json: unknown, init: { admin?: boolean } = {}): Promise<Answer> {
    return this.request(service, path, {
      ...init,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(json),
    });
  }

  async sql<Row>(
    text: string,
    values: unknown[] = [],
    role: keyof RunState['databaseUrls'] = 'superuser',
  ): Promise<Row[]> {
    return withSession({ connectionString: this.run().databaseUrls[role] }, async (sql) => {
      const { rows } = await sql.query(text, values);
      return rows as Row[];
    });
  }

  /** Sends a signal to the runner and waits for its end. Returns how long that took (ms). */
  async stop(signal: NodeJS.Signals = 'SIGINT', timeoutMs = 15_000): Promise<number> {
    const child = this.process;
    if (child?.exitCode !== null || child.signalCode !== null) return 0;
    const startedAt = performance.now();
    child.kill(signal);
    await this.ended(timeoutMs);
    return performance.now() - startedAt;
  }

  /** Reads the runner's output no longer, as a closed terminal or `| head` does. */
  closeOutput(): void {
    this.process?.stdout?.destroy();
  }

  /** Waits for the runner's end. Resolves with its exit code, null after a signal. */
  async ended(timeoutMs = 15_000): Promise<number | null> {
    const child = this.process;
    await until(
      () => child?.exitCode !== null || child.signalCode !== null,
      timeoutMs,
      () => `the runner to end:\n${this.output}`,
    );
    return child?.exitCode ?? null;
  }

  /** Stops, whatever the state, and removes the files. */
  async dispose(): Promise<void> {
    const children = this.runFile()?.children ?? [];
    await this.stop().catch(() => this.stop('SIGKILL'));
    for (const { pid } of children) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
    rmSync(this.stackFile, { force: true });
  }
}

/** Polls until `condition` holds. @throws with `what` after `timeoutMs` */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what: () => string,
  everyMs = 200,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${String(timeoutMs / 1000)} s for ${what()}`);
    await delay(everyMs);
  }
}
