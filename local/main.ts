import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../machine/command';
import { dataFolder } from '../machine/data-folder';
import { EXIT } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { megabytes, type MemoryUse } from '../machine/memory';
import { REPOSITORY } from '../machine/options';
import { errorOutput, Screen, whenOutputIsLost } from '../machine/terminal';
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

/** Whatever hangs then, everything is ended (ms); in order it takes five seconds. */
const ENDS_WITHIN_MS = 12_000;

/** `npm start`: starts the shop, shows what it does, and ends it on Ctrl-C. Resolves with the exit code. */
async function main(options: StartOptions): Promise<number> {
  const screen = new Screen(process.stdout, isRich(options, process.env, process.stdout.isTTY));
  const ending = endingOf(options, screen);
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
    if (!ending.requested) throw error;
    screen.line('Stopped.');
    return exitCode(ending);
  }
  screen.setStatus('');
  screen.line(screen.styled(`Ready after ${duration(performance.now() - began)}.`, 'bold'));
  screen.line(banner(shop));
  await show(shop, options, screen, ending.signal);
  screen.setStatus('stopping …', 'dim');
  const stopping = performance.now();
  await shop.stop();
  screen.setStatus('');
  screen.line(`Stopped after ${duration(performance.now() - stopping)}.`);
  return exitCode(ending);
}

/**
 * What ends the shop in order: Ctrl-C (or SIGTERM, SIGHUP), an error nobody caught, a terminal or a reader that is gone,
 * the end of npm or of the command that started it. A second Ctrl-C ends it at once: whatever still runs when this
 * process ends is ended with it (see Supervisor).
 */
function endingOf(options: StartOptions, screen: Screen): Interruption {
  const ending = new Interruption((cause) => {
    noteEnd(options.dataDir, cause);
    if (cause.startsWith('SIG')) screen.setStatus('stopping …', 'dim');
    else errorOutput.line(`Stopping: ${cause}.`);
    setTimeout(() => process.exit(EXIT.failed), ENDS_WITHIN_MS).unref();
  });
  ending.listen(() => true);
  whenOutputIsLost((why) => ending.request(`the output was lost (${why})`));
  // Of a command that started the shop for itself: `npm run demo`.
  if (process.connected) {
    process.once('disconnect', () => ending.request('the command that started the shop ended'));
  }
  return ending;
}

/**
 * Notes in the shop's logs why it ends: its terminal may be what is gone. Where that fails (a full disk) the end goes
 * on.
 *
 * @param cause e.g. `SIGHUP`
 */
function noteEnd(dataDir: string, cause: string): void {
  try {
    const file = path.join(dataFolder(dataDir).logs, 'runner.log');
    appendFileSync(file, `${new Date().toISOString()} the shop ends: ${cause}\n`, { mode: 0o600 });
  } catch {
    // There may be no data folder yet.
  }
}

/** An end that nobody asked for is a failure. */
function exitCode(ending: Interruption): number {
  return ending.error === null ? EXIT.ok : EXIT.failed;
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
