import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OUTAGES } from '../scenario/types';
import { Refusal } from '../machine/errors';
import { helpOf, readCommand } from '../machine/options';
import { isRich, START, type StartOptions } from './arguments';

const place = { repositoryDir: '/repo', cwd: '/here' };

function options(...argv: string[]): StartOptions {
  const command = readCommand(START, argv, place);
  assert.ok(command);
  return command.values;
}

function faultOf(...argv: string[]): Refusal {
  try {
    readCommand(START, argv, place);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error;
  }
  throw new assert.AssertionError({ message: `${argv.join(' ')} was accepted` });
}

describe('the options of npm start', () => {
  it('leaves everything to the stack when nothing is given', () => {
    assert.deepEqual(options(), {
      stack: 'dev',
      mode: null,
      minuteSeconds: null,
      fromMinute: null,
      scale: null,
      rows: null,
      portOffset: 0,
      otlpEndpoint: null,
      otlpProtocol: 'http/protobuf',
      otlpHeader: [],
      otlpHeadersFile: null,
      otlpCa: null,
      dataDir: '/repo/.data',
      verbose: false,
      noColor: false,
      plain: false,
    });
  });

  it('reads every option', () => {
    const given = options(
      ...[
        '--stack',
        'blackfriday',
        '--mode',
        'blackfriday-v3',
        '--minute-seconds',
        '6',
        '--from-minute',
        '10.5',
      ],
      ...[
        '--scale',
        '0.5',
        '--rows',
        '100000',
        '--port-offset',
        '1000',
        '--otlp-endpoint',
        'http://host:4318/',
      ],
      ...['--otlp-protocol', 'grpc', '--otlp-header', 'x-a=1'],
      ...['--otlp-headers-file', 'headers', '--otlp-ca', 'ca.pem'],
      ...['--data', 'x', '--verbose', '--plain'],
    );
    assert.deepEqual(given, {
      stack: 'blackfriday',
      mode: 'blackfriday-v3',
      minuteSeconds: 6,
      fromMinute: 10.5,
      scale: 0.5,
      rows: 100000,
      portOffset: 1000,
      otlpEndpoint: 'http://host:4318',
      otlpProtocol: 'grpc',
      otlpHeader: [{ name: 'x-a', value: '1' }],
      otlpHeadersFile: '/here/headers',
      otlpCa: '/here/ca.pem',
      dataDir: '/here/x',
      verbose: true,
      noColor: false,
      plain: true,
    });
  });

  it('documents every option in --help', () => {
    assert.equal(readCommand(START, ['--help', '--stack', 'x'], place), null);
    const help = helpOf(START);
    for (const name of [
      ...['stack', 'mode', 'minute-seconds', 'from-minute', 'scale', 'rows', 'port-offset', 'otlp-endpoint'],
      ...['otlp-protocol', 'otlp-header', 'otlp-headers-file', 'otlp-ca'],
      ...['data', 'verbose', 'no-color', 'plain', 'help'],
    ]) {
      assert.match(help, new RegExp(`--${name}\\b`), `--${name} is missing`);
    }
  });

  it('refuses bad values all at once, with key, value and remedy, and exit code 2', () => {
    const fault = faultOf(
      ...[
        '--mode',
        'redfriday',
        '--scale',
        '0',
        '--rows',
        '1.5',
        '--port-offset',
        '60000',
        '--minute-seconds',
        'x',
      ],
      ...['--otlp-endpoint', 'localhost:4318', '--stack', '../x', '--from-minute=-1'],
    );
    assert.equal(fault.exitCode, 2);
    const lines = fault.message.split('\n');
    assert.equal(lines.length, 8);
    assert.ok(lines.includes(`--mode redfriday: must be one of normal, ${OUTAGES.join(', ')}`));
    assert.ok(
      lines.some((line) => line.startsWith('--port-offset 60000: must be a whole number from 0 to ')),
    );
    assert.ok(
      lines.some((line) => line.startsWith('--otlp-endpoint localhost:4318: must be an http or https URL')),
    );
  });

  it('refuses what says how to forward where nothing is forwarded to', () => {
    const how = [
      '--otlp-protocol',
      'grpc',
      '--otlp-header',
      'a=b',
      '--otlp-headers-file',
      'h',
      '--otlp-ca',
      'c',
    ];
    assert.deepEqual(
      faultOf(...how).message.split('\n'),
      ['--otlp-protocol', '--otlp-header', '--otlp-headers-file', '--otlp-ca'].map(
        (flag) => `${flag}: must be together with --otlp-endpoint: without it nothing is forwarded`,
      ),
    );
  });

  it('refuses an unknown option and points to --help', () => {
    assert.match(faultOf('--minutes', '6').message, /--minutes.*--help/);
    assert.match(faultOf('start').message, /start.*--help/);
  });

  it('has no colours without a terminal or with NO_COLOR', () => {
    const given = options();
    assert.equal(isRich(given, {}, true), true);
    assert.equal(isRich(given, {}, false), false);
    assert.equal(isRich(given, { NO_COLOR: '1' }, true), false);
    assert.equal(isRich({ ...given, plain: true }, {}, true), false);
  });
});
