import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requireAddress } from './address';
import { EXIT, Refusal } from './errors';

describe('an address of the environment', () => {
  const check = (value: string): void => {
    requireAddress('REDIS_URL', value, ['redis:', 'rediss:'], {
      what: 'the URL of a Redis',
      example: 'redis://localhost:6379',
      otherwise: 'unset it',
    });
  };

  for (const value of [
    'redis://localhost',
    'rediss://user:secret@cache.example:6380/1',
    'redis://[::1]:6379',
  ]) {
    it(`may be ${value}`, () => {
      check(value);
    });
  }

  const faulty: [value: string, fault: RegExp][] = [
    ['localhost:6379', /begins with localhost:/],
    ['http://localhost:6379', /begins with http:/],
    ['redis://', /names no host|is no URL/],
    ['redis://localhost:port', /is no URL/],
    ['cache', /is no URL/],
    [' redis://localhost', /a space/],
  ];
  for (const [value, fault] of faulty) {
    it(`may not be "${value}", and the remedy is said`, () => {
      assert.throws(
        () => {
          check(value);
        },
        (error: unknown) =>
          error instanceof Refusal &&
          error.exitCode === EXIT.usage &&
          fault.test(error.message) &&
          error.message.includes('e.g. redis://localhost:6379. Mend it, or unset it.'),
      );
    });
  }

  it('keeps its password', () => {
    assert.throws(
      () => {
        check('http://me:secret@cache');
      },
      (error: unknown) => error instanceof Refusal && !error.message.includes('secret'),
    );
  });
});
