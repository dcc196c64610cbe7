import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../machine/command';
import { EXIT } from '../machine/errors';
import { megabytes, type MemoryUse } from '../machine/memory';
import { REPOSITORY } from '../machine/options';
import { Screen } from '../machine/terminal';
import { duration } from '../report/format';
import { isRich, START, type StartOptions } from './arguments';
import { banner } from './banner';
import { liveLine, readLiveView } from './live-line';
import { ProgressReporter } from './progress';
import { startShop, type RunningShop } from './shop';

/** A rewritten line each second; without a terminal a plain one each ten. */
const LIVE_MS = 1_000;
const PLAIN_EVERY = 10;
const MEMORY_EVERY = 30;

/** `npm start`: starts the shop, shows what it does, and ends it on Ctrl-C. Resolves with the exit code. */
async function main(options: StartOptions): Promise<number> {
  const screen = new Screen(process.stdout, isRich(options, process.env, process.stdout.isTTY));
  const ending = new Ending(screen);
  const reporter = new ProgressReporter(screen, options.verbose);
  const began = performance.now();
  let shop: RunningShop;
  try {
    shop = await startShop({
      ...options,
      repositoryDir: REPOSITORY,
      env: process.env,
      reporter,
      signal: ending.signal,
    });
  } catch (error) {
    screen.setStatus('');
    if (!ending.signal.aborted) throw error;
    screen.line('Stopped.');
    return EXIT.ok;
  }
  ending.shop = shop;
  screen.setStatus('');
  screen.line(screen.styled(`Ready after ${duration(performance.now() - began)}.`, 'bold'));
  screen.line(banner(shop));
  await show(shop, options, screen, ending.signal);
  screen.setStatus('stopping …', 'dim');
  const stopping = performance.now();
  await shop.stop();
  screen.setStatus('');
  screen.line(`Stopped after ${duration(performance.now() - stopping)}.`);
  return EXIT.ok;
}

/** What ends the runner: the first Ctrl-C (or SIGTERM, SIGHUP) in order, the second at once. */
class Ending {
  private readonly controller = new AbortController();
  shop: RunningShop | null = null;

  constructor(screen: Screen) {
    const handle = (): void => {
      if (this.controller.signal.aborted) {
        this.shop?.kill();
        process.exit(EXIT.interrupted);
      }
      screen.setStatus('stopping …', 'dim');
      this.controller.abort();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }
}

/** Shows the live line until the signal. */
async function show(
  shop: RunningShop,
  options: StartOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  let tick = 0;
  while (!signal.aborted) {
    const began = performance.now();
    const view = await readLiveView(shop.urls, shop.adminToken);
    const line = liveLine(view, new Date());
    if (screen.rich) screen.setStatus(line);
    else if (tick % PLAIN_EVERY === 0) screen.line(line);
    if (options.verbose && tick % MEMORY_EVERY === 5) screen.line(memoryLine(await shop.memory()));
    tick += 1;
    await delay(Math.max(50, LIVE_MS - (performance.now() - began)), undefined, { signal }).catch(
      () => undefined,
    );
  }
}

function memoryLine({ kind, byName, totalBytes }: MemoryUse): string {
  const parts = Object.entries(byName)
    .sort(([, a], [, b]) => b - a)
    .map(([name, bytes]) => `${name} ${megabytes(bytes)}`);
  return `  memory (${kind}): ${megabytes(totalBytes)} in all: ${parts.join(', ')}`;
}

runCommand(START, main);
