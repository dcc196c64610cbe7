import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectionWords } from './health.js';

it('says what the page gets, and of a console that samples how many traces it keeps', () => {
  const telemetry = { arriving: true, lastSpanAgeMs: 200, keptOneIn: 1 };
  /** @param {string} connection @param {typeof telemetry} [of] */
  const words = (connection, of) => Object.values(connectionWords(connection, of));
  assert.deepEqual(words('live', telemetry), ['live', null, 'live']);
  assert.deepEqual(words('live', { ...telemetry, arriving: false }), ['no telemetry', null, 'silent']);
  assert.deepEqual(words('lost', telemetry), ['connection lost', null, 'lost']);
  assert.deepEqual(words('connecting'), ['connecting', null, 'connecting']);
  const sampled = connectionWords('live', { ...telemetry, keptOneIn: 16 });
  assert.equal(sampled.word, 'live: 1 of 16 traces kept');
  assert.match(sampled.reason ?? '', /figures are estimates/);
});
