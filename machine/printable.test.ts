import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorOutput, standardOutput } from './terminal';
import { printable, printableJson } from './printable';

describe('a text for a terminal', () => {
  it('loses what commands the terminal, and nothing else', () => {
    assert.equal(printable('\u001b[2J\u001b]0;owned\u0007host\u001b[31m!\u009b2K\r\b\u0000'), 'host!');
    assert.equal(printable('a\u202eb\u2066c\u2028d'), 'abcd');
    const whole = 'Zürich\t✓ 78 %\n  ▇▆ 家';
    assert.equal(printable(whole), whole);
  });

  it('is JSON that says the same, too', () => {
    const value = { host: 'a\u009b2Jb\u001b[31m\u202e\u0085', whole: 'Zürich\t✓\n' };
    const text = printableJson(value);
    assert.doesNotMatch(text, /(?!\n)[\p{Cc}\u202e]/u);
    assert.deepEqual(JSON.parse(text), value);
    assert.match(text, /a\\u009b2Jb/);
  });

  it('is what every command writes, on both streams', (context) => {
    const written: string[] = [];
    const keep = (text: unknown): boolean => written.push(String(text)) > 0;
    const output = standardOutput(() => undefined);
    const streams = [process.stdout, process.stderr].map((stream) =>
      context.mock.method(stream, 'write', keep),
    );
    output.line('pod \u001b[2Jx');
    errorOutput.line('reason \u009b1Ay');
    for (const { mock } of streams) mock.restore();
    assert.deepEqual(written, ['pod x\n', 'reason y\n']);
  });
});
