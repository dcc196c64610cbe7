import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ABLATIONS, OUTAGES } from '../../scenario/types';
import { helpOf, readCommand } from '../../machine/options';
import { DEMO, type DemoOptions } from './arguments';
import { Refusal } from '../../machine/errors';
import { startArguments } from './shop-process';

const place = { repositoryDir: '/repo', cwd: '/here' };
function options(...argv: string[]): DemoOptions {
  const command = readCommand(DEMO, argv, place);
  assert.ok(command);
  return { ...command.values, curve: null };
}
function refusal(...argv: string[]): Refusal {
  try {
    readCommand(DEMO, argv, place);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error;
  }
  assert.fail('was accepted');
}

describe('the command line of npm run demo', () => {
  it('has defaults', () => {
    assert.deepEqual(options(), {
      mode: 'blackfriday',
      minuteSeconds: null,
      fromMinute: 0,
      toMinute: null,
      ablation: null,
      report: null,
      scale: null,
      rows: null,
      target: 'local',
      stack: 'dev',
      dataDir: '/repo/.data',
      portOffset: 0,
      talk: false,
      peakAt: null,
      keep: false,
      blind: false,
      seed: null,
      curve: null,
    });
  });

  it('reads every option, and both forms of writing one', () => {
    const given = options(
      ...['--mode', 'blackfriday-v3', '--minute-seconds=6', '--from', '4', '--to', '20', '--ablate', 'pool'],
      ...[
        '--report',
        'out/r.json',
        '--scale',
        '0.5',
        '--rows',
        '100000',
        '--data',
        'd',
        '--port-offset',
        '2000',
      ],
    );
    assert.equal(given.mode, 'blackfriday-v3');
    assert.equal(given.minuteSeconds, 6);
    assert.equal(given.fromMinute, 4);
    assert.equal(given.toMinute, 20);
    assert.equal(given.ablation, 'pool');
    assert.equal(given.report, '/here/out/r.json');
    assert.equal(given.dataDir, '/here/d');
    assert.deepEqual(startArguments(given), [
      ...['--data', '/here/d', '--stack', 'dev', '--mode', 'normal', '--port-offset', '2000'],
      ...['--minute-seconds', '6', '--scale', '0.5', '--rows', '100000', '--plain'],
    ]);
  });

  it('lists all faults at once, with key, value and what is allowed', () => {
    const { message, exitCode } = refusal(
      '--mode',
      'normal',
      '--scale',
      '0',
      '--from',
      '1.5',
      '--ablate',
      'disk',
    );
    assert.equal(exitCode, 2);
    assert.deepEqual(message.split('\n'), [
      `--mode normal: must be one of ${OUTAGES.join(', ')}`,
      '--from 1.5: must be a whole demo minute from 0 on, e.g. --from 4',
      `--ablate disk: must be one of ${ABLATIONS.join(', ')}`,
      '--scale 0: must be a number above 0, at most 100, e.g. --scale 0.25',
    ]);
  });

  it('refuses an unknown option, a run that ends before it begins, a report over its own twin', () => {
    assert.match(refusal('--fast').message, /--fast/);
    assert.match(refusal('--from', '9', '--to', '4').message, /--to 4: must be at least --from \(9\)/);
    assert.match(refusal('--report', 'r.md').message, /--report r\.md/);
    assert.match(refusal('--stack', '../x').message, /--stack/);
  });

  it('helps', () => {
    assert.equal(readCommand(DEMO, ['--help', '--mode'.concat('=nonsense')], place), null);
    const help = helpOf(DEMO);
    for (const flag of ['--minute-seconds', '--from', '--to', '--mode', '--ablate', '--report', '--scale']) {
      assert.ok(help.includes(flag), flag);
    }
  });
});
