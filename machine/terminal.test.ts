import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Screen } from './terminal';

/** What a terminal gets of what is printed. */
function written(rich: boolean, tell: (screen: Screen) => void): string {
  let text = '';
  const stream = {
    columns: 80,
    write: (part: unknown) => {
      text += String(part);
      return true;
    },
  };
  tell(new Screen(stream, rich));
  return text;
}
const HOSTILE = 'a\x1b]0;title\x07b\x1b[2Jc\x9b31md\u202ee\rf';

describe('a screen', () => {
  it("lets nobody's escape sequences through but its own styles", () => {
    assert.equal(
      written(true, (screen) => {
        screen.line(`${screen.styled('ok', 'green')} ${HOSTILE}`);
      }),
      '\r\x1b[2K\x1b[32mok\x1b[0m abcdef\n',
    );
    assert.equal(
      written(false, (screen) => {
        screen.line(HOSTILE);
      }),
      'abcdef\n',
    );
  });

  it('strips what it is to style, and keeps a status to one line', () => {
    assert.equal(
      written(true, (screen) => {
        screen.setStatus(`x\n${HOSTILE}`, 'dim');
      }),
      '\r\x1b[2K\x1b[2mx abcdef\x1b[0m',
    );
    assert.equal(
      written(true, (screen) => {
        screen.line(screen.styled(HOSTILE, 'red'));
      }),
      '\r\x1b[2K\x1b[31mabcdef\x1b[0m\n',
    );
  });
});
