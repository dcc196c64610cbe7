import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryDir, type TestShop } from '../test/harness';

/** Runs a bench and ends with its exit code: 0 as wanted, 1 not, 2 when it could not be told. */
export function runBench(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 2;
    },
  );
}

/** `npm run demo` against a shop of one's own, to its end. */
export async function runDemo(shop: TestShop, args: readonly string[]): Promise<void> {
  const demo = spawn(
    process.execPath,
    [join(repositoryDir, 'dist/cli/demo.js'), '--data', shop.dataDir, '--stack', shop.stack, ...args],
    { cwd: repositoryDir, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  await once(demo, 'close');
}

/** Sends `count` requests, `everyMs` apart whatever becomes of them; resolves when all are answered. */
export async function evenly(
  count: number,
  everyMs: number,
  send: (n: number) => Promise<Response>,
): Promise<void> {
  const open: Promise<unknown>[] = [];
  for (let n = 0; n < count; n += 1) {
    open.push(
      send(n).then(async (response) => {
        await response.arrayBuffer();
        // A declined card is an answer.
        if (!response.ok && response.status !== 402)
          throw new Error(`${response.url} answered ${response.status}`);
      }),
    );
    await delay(everyMs);
  }
  await Promise.all(open);
}
