import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONTROLS, parseControl } from './control-arguments';
import { EXIT, Refusal } from '../../machine/errors';

const place = { repositoryDir: '/repo', cwd: '/here' };
const parse = (...argv: string[]) => parseControl(argv, place);
const refusal = (...argv: string[]): string => {
  try {
    parse(...argv);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    assert.equal(error.exitCode, EXIT.usage);
    return error.message;
  }
  assert.fail('was accepted');
};

describe('the commands about a run', () => {
  it('are distinguished from a run', () => {
    assert.equal(parse(), null);
    assert.equal(parse('--from', '4'), null);
    assert.match(refusal('strat'), /strat: there is no such command; there are status, pause/);
  });

  it('name their shop and their minute', () => {
    assert.deepEqual(parse('goto', '20', '--target', 'stack', '--stack', 'prod'), {
      control: 'goto',
      minute: 20,
      json: false,
      keep: false,
      target: 'stack',
      stack: 'prod',
      dataDir: '/repo/.data',
    });
    const status = parse('status', '--json', '--data', 'd');
    assert.ok(status !== null && 'control' in status);
    assert.deepEqual([status.json, status.dataDir, status.target], [true, '/here/d', 'local']);
  });

  it('refuse what they cannot use, with what is allowed', () => {
    assert.match(refusal('goto'), /goto: must be a whole demo minute from 0 on, e\.g\. goto 20/);
    assert.match(refusal('goto', '-3'), /--help/);
    assert.match(refusal('goto', '3.5'), /goto 3\.5: must be a whole/);
    assert.match(refusal('pause', '5'), /^5: must be left out$/);
    assert.match(
      refusal('status', '--target', 'moon', '--stack', '../x'),
      /--target moon[^]*--stack \.\.\/x/,
    );
    assert.match(refusal('abort', '--force'), /npm run demo -- abort --help/);
  });

  it('each have a help', () => {
    for (const control of CONTROLS) {
      const found = parse(control, '--help');
      assert.ok(found !== null && 'help' in found);
      assert.match(found.help, new RegExp(`Usage: npm run demo -- ${control}`));
    }
  });
});
