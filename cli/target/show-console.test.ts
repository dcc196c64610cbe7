import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Target } from './target';
import { showConsole } from './show-console';

describe("a stack's console on this machine", () => {
  /** What is printed until Ctrl-C, which comes with the last line. */
  async function printed(token: boolean, more: Partial<Target> = {}): Promise<string> {
    const target = {
      name: 'dev',
      adminToken: 'secret-token',
      endpoints: () => Promise.resolve([]),
      serviceUrl: () => Promise.resolve('http://127.0.0.1:41234'),
      ...more,
    };
    const lines: string[] = [];
    const ctrlC = new AbortController();
    const output = {
      line: (text: string): void => {
        lines.push(text);
        if (text.includes('Ctrl-C')) ctrlC.abort();
      },
    };
    await showConsole(target, { token }, output, ctrlC.signal);
    return lines.join('\n');
  }

  it('is open until Ctrl-C; its address has the token only where that is asked for', async () => {
    const text = await printed(false);
    assert.match(text, /^Console of stack dev: http:\/\/127\.0\.0\.1:41234\/$/m);
    assert.doesNotMatch(text, /secret-token/);
    assert.match(await printed(true), /41234\/#token=secret-token$/m);
  });

  it('that is not ready is said before an address is', async () => {
    const endpoints = (): Promise<never> => Promise.reject(new Error('no pod of console is ready'));
    await assert.rejects(printed(false, { endpoints }), /no pod of console is ready/);
  });
});
