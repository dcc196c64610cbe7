import assert from 'node:assert/strict';
import { it } from 'node:test';
import pino from 'pino';
import { logLevelOf } from './log-level';

it('LOG_LEVEL counts in whatever case, and one that does not exist is complained of instead of ending the service', () => {
  assert.deepEqual(logLevelOf(undefined), { level: 'info', complaint: null });
  assert.deepEqual(logLevelOf(' DEBUG'), { level: 'debug', complaint: null });
  assert.deepEqual(logLevelOf('silent'), { level: 'silent', complaint: null });
  const { level, complaint } = logLevelOf('WARNING');
  assert.match(complaint ?? '', /LOG_LEVEL=WARNING does not count: one of trace, .*fatal, silent/);
  // What pino itself makes of it.
  assert.throws(() => pino({ level: 'WARNING' }));
  assert.equal(pino({ level }).level, 'info');
});
