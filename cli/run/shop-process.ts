import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { DemoOptions } from './arguments';
import { Refusal } from '../../machine/errors';
import { REPOSITORY } from '../../machine/options';
import type { Interruption } from '../../machine/interruption';
import type { Output } from '../../machine/terminal';
import { findShop, localTarget, type Shop } from '../target/local-target';
import type { Target } from '../target/target';

/** Seeding 500,000 rows and everything else on a slow machine (ms). */
const READY_WITHIN_MS = 300_000;
/** The runner promises to be gone within 5 s (ms). */
const STOPPED_WITHIN_MS = 15_000;
const LINES_KEPT = 15;

/**
 * Does `work` with the running shop, or a new one, which is stopped afterwards.
 *
 * @throws Refusal when it can't be started; Interrupted; what `work` throws
 */
export async function withShop<T>(
  options: DemoOptions,
  interruption: Interruption,
  output: Output,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const running = await runningShop(options.dataDir, interruption, output);
  if (running !== null) {
    output.line(`The shop runs (process ${running.runner.pid}, ${running.urls.frontend}).`);
    return work(localTarget(running, options));
  }
  output.line(`No shop runs with the data folder ${options.dataDir}: starting one.`);
  const runner = new ShopRunner(options, output);
  try {
    const target = localTarget(await runner.ready(interruption), options);
    return await work(target).finally(() => output.line('Stopping the shop.'));
  } finally {
    await runner.stop();
  }
}

/** A shop that is being started is waited for, one that stops is let go. */
async function runningShop(
  dataDir: string,
  interruption: Interruption,
  output: Output,
): Promise<Shop | null> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let told = false;
  for (;;) {
    const shop = findShop(dataDir);
    if (shop === null || shop.state === 'ready') return shop;
    if (performance.now() > deadline) {
      throw new Refusal(
        `The shop (process ${shop.runner.pid}) has been ${shop.state} for too long: look at its terminal.`,
      );
    }
    if (!told) output.line(`The shop (process ${shop.runner.pid}) is ${shop.state}: waiting.`);
    told = true;
    await interruption.wait(200);
  }
}

/** `npm start` as a child. In a process group of its own: a terminal's Ctrl-C must not stop it before the heal. */
class ShopRunner {
  private readonly child: ChildProcess;
  private readonly last: string[] = [];
  private echo = true;
  private ended: string | null = null;
  private readonly gone: Promise<void>;

  constructor(
    private readonly options: DemoOptions,
    output: Output,
  ) {
    const script = path.join(REPOSITORY, 'dist', 'local', 'main.js');
    if (!existsSync(script)) {
      throw new Refusal(`${script} is missing: run the command as npm run demo, which compiles first.`);
    }
    this.child = spawn(process.execPath, [script, ...startArguments(options)], {
      cwd: REPOSITORY,
      detached: true,
      // The channel tells the runner that we are gone, however we went.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.last.push(line);
        if (this.last.length > LINES_KEPT) this.last.shift();
        if (this.echo) output.line(`  | ${line}`);
      });
    }
    this.gone = new Promise((resolve) => {
      const over = (how: string): void => {
        this.ended ??= how;
        resolve();
      };
      this.child.once('error', (error) => over(error.message));
      this.child.once('exit', (code, signal) =>
        over(signal === null ? `exit code ${String(code)}` : `signal ${signal}`),
      );
    });
  }

  /** Waits until every service has answered. */
  async ready(interruption: Interruption): Promise<Shop> {
    const deadline = performance.now() + READY_WITHIN_MS;
    for (;;) {
      if (this.ended !== null) {
        throw new Refusal(`The shop could not be started (${this.ended}): its reason is above.`);
      }
      const shop = findShop(this.options.dataDir);
      if (shop?.runner.pid === this.child.pid && shop?.state === 'ready') {
        this.echo = false;
        return shop;
      }
      if (performance.now() > deadline) {
        throw new Refusal(
          `The shop was not ready within ${READY_WITHIN_MS / 1000} s: try npm start -- --verbose.`,
        );
      }
      await interruption.wait(200);
    }
  }

  /** Stops it and waits for its end. */
  async stop(): Promise<void> {
    if (this.ended !== null) return;
    this.child.kill('SIGTERM');
    const insist = setTimeout(() => this.child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    await this.gone;
    clearTimeout(insist);
  }
}

/** The options of `npm start` that fit the demo's: the shop begins healthy whatever the stack file says. */
export function startArguments(options: DemoOptions): string[] {
  const given: [flag: string, value: string | number | null][] = [
    ['--data', options.dataDir],
    ['--stack', options.stack],
    ['--mode', 'normal'],
    ['--port-offset', options.portOffset],
    ['--minute-seconds', options.minuteSeconds],
    ['--scale', options.scale],
    ['--rows', options.rows],
  ];
  return [...given.flatMap(([flag, value]) => (value === null ? [] : [flag, String(value)])), '--plain'];
}
