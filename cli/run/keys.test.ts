import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyHelp, KeyReader, type KeyHandlers } from './keys';

function typing(text: string, talk = true): string[] {
  const done: string[] = [];
  const note =
    (name: string): (() => void) =>
    () => {
      done.push(name);
    };
  const handlers: KeyHandlers = {
    pause: note('pause'),
    resume: note('resume'),
    goto: (minute) => {
      done.push(`goto ${String(minute)}`);
    },
    abort: note('abort'),
    heal: talk ? note('heal') : null,
    interrupt: note('interrupt'),
    echo: () => undefined,
  };
  new KeyReader(handlers).type(text);
  return done;
}

describe('the keys of a run', () => {
  it('do what the help line says', () => {
    assert.deepEqual(typing('prahq'), ['pause', 'resume', 'abort', 'heal', 'abort']);
    assert.deepEqual(typing('x\u001b[A '), [], 'others do nothing');
    assert.deepEqual(typing('h', false), []);
    assert.match(keyHelp(true), /h heal/);
    assert.doesNotMatch(keyHelp(false), /h heal ·/);
  });

  it('read a minute after g, up to Enter', () => {
    assert.deepEqual(typing('g20\r'), ['goto 20']);
    assert.deepEqual(typing('g2x5\u007f1\rp'), ['goto 21', 'pause']);
    assert.deepEqual(typing('g\r'), [], 'no minute');
    assert.deepEqual(typing('g12\u001bp'), ['pause'], 'given up');
    assert.deepEqual(typing('gp3\r'), ['goto 3'], 'letters are no commands there');
  });

  it('pass Ctrl-C on, also while a minute is typed', () => {
    assert.deepEqual(typing('\u0003'), ['interrupt']);
    assert.deepEqual(typing('g1\u0003'), ['interrupt']);
  });
});
