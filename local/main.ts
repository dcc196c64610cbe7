import path from 'node:path';
import { parseStartArguments, type StartOptions } from './arguments';
import { banner } from './banner';
import { Refusal } from '../machine/errors';
import { liveLine, readLiveView } from './live-line';
import { megabytes, type MemoryUse } from '../machine/memory';
import { duration } from '../report/format';
import { ProgressReporter } from './progress';
import { Screen } from '../machine/screen';
import { startShop, type RunningShop } from './shop';

/** A rewritten line each second; without a terminal a plain one each ten. */
const LIVE_MS = 1_000;
const PLAIN_EVERY = 10;
const MEMORY_EVERY = 30;

const repositoryDir = path.resolve(__dirname, '..', '..');

/** `npm start`: starts the shop, shows what it does, and ends it on Ctrl-C. */
async function main(): Promise<void> {
  const command = parseStartArguments(process.argv.slice(2), {
    repositoryDir,
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: process.env,
    isTerminal: process.stdout.isTTY,
  });
  if (command.kind === 'help') {
    process.stdout.write(command.text);
    return;
  }
  const screen = new Screen(process.stdout, command.options.color);
  const ending = new Ending(screen);
  const reporter = new ProgressReporter(screen, command.options.verbose);
  const began = performance.now();
  let shop: RunningShop;
  try {
    shop = await startShop({
      ...command.options,
      repositoryDir,
      env: process.env,
      reporter,
      signal: ending.signal,
    });
  } catch (error) {
    if (ending.signal.aborted) {
      screen.setStatus('');
      screen.line('Stopped.');
      return;
    }
    throw error;
  }
  ending.shop = shop;
  screen.setStatus('');
  screen.line(screen.styled(`Ready after ${duration(performance.now() - began)}.`, 'bold'));
  screen.line(banner(shop));
  await show(shop, command.options, screen, ending.signal);
  screen.setStatus('stopping …', 'dim');
  const stopping = performance.now();
  await shop.stop();
  screen.setStatus('');
  screen.line(`Stopped after ${duration(performance.now() - stopping)}.`);
}

/** What ends the runner: the first Ctrl-C (or SIGTERM, SIGHUP) in order, the second at once. */
class Ending {
  private readonly controller = new AbortController();
  shop: RunningShop | null = null;

  constructor(screen: Screen) {
    const handle = (): void => {
      if (this.controller.signal.aborted) {
        this.shop?.kill();
        process.exit(130);
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
    await pause(Math.max(50, LIVE_MS - (performance.now() - began)), signal);
  }
}

function memoryLine({ kind, byName, totalBytes }: MemoryUse): string {
  const parts = Object.entries(byName)
    .sort(([, a], [, b]) => b - a)
    .map(([name, bytes]) => `${name} ${megabytes(bytes)}`);
  return `  memory (${kind}): ${megabytes(totalBytes)} in all: ${parts.join(', ')}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    }
    signal.addEventListener('abort', finish);
  });
}

main().then(
  () => {
    process.exit(0);
  },
  (error: unknown) => {
    if (error instanceof Refusal) {
      process.stderr.write(`\n${error.message}\n`);
      process.exit(error.exitCode);
    }
    process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
