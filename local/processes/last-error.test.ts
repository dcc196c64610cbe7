import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { lastError } from './last-error';

describe('the error of a process that ended', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'last-error-'));
  const file = path.join(folder, 'log');
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const errorOf = (lines: string[]): string | null => {
    writeFileSync(file, `${lines.join('\n')}\n`);
    return lastError(file);
  };

  const cases: [what: string, lines: string[], error: string | null][] = [
    [
      'of Node, above its stack and version',
      [
        'node:internal/errors:1',
        "Error: Cannot find module 'zod'",
        '    at Module._load (node:internal:1)',
        "  code: 'MODULE_NOT_FOUND',",
        '}',
        '',
        'Node.js v24.9.0',
      ],
      "Error: Cannot find module 'zod'",
    ],
    [
      'of a service, before it says goodbye',
      [
        '{"level":"info","msg":"listening"}',
        '{"level":"fatal","err":{"type":"TypeError","message":"x is not a function"},"msg":"fatal"}',
        '{"level":"info","msg":"drained"}',
      ],
      'x is not a function',
    ],
    [
      'of PostgreSQL, above its hint and its end',
      [
        '2026-01-01 UTC [1] FATAL:  could not create shared memory segment: No space left on device',
        '2026-01-01 UTC [1] HINT:  This error usually means',
        '2026-01-01 UTC [1] LOG:  database system is shut down',
      ],
      'could not create shared memory segment: No space left on device',
    ],
    [
      'of the environment',
      ['Bad environment: PORT=x: a number from 1 to 65535'],
      'Bad environment: PORT=x: a number from 1 to 65535',
    ],
    [
      'of the heap',
      [
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        '----- Native stack trace -----',
      ],
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    ],
    [
      'of Redis',
      ['12:M 01 Jan 2026 # Could not create server TCP listening socket: Address already in use'],
      'Could not create server TCP listening socket: Address already in use',
    ],
    ['is its last line where none looks like one', ['{"level":"info","msg":"listening"}', 'bye'], 'bye'],
    ['is nothing where it said nothing', [], null],
  ];
  for (const [what, lines, error] of cases) {
    it(what, () => {
      assert.equal(errorOf(lines), error);
    });
  }

  it('is of this process, not of the one before it', () => {
    const before = 'Error: of the last time\n';
    writeFileSync(file, `${before}stopped\n`);
    assert.equal(lastError(file, before.length), 'stopped');
  });
});
