import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT, Refusal } from './errors';
import {
  choice,
  dataFolderOption,
  file,
  flag,
  helpOf,
  number,
  readCommand,
  text,
  type Command,
} from './options';

const options = {
  size: choice(['small', 'large'], { help: 'how much of it', fallback: 'small' }),
  minuteSeconds: number({ placeholder: 'S', help: 'seconds', above: 0, to: 60, example: 6, fallback: null }),
  fromMinute: number({
    name: 'from',
    help: 'first',
    noun: 'minute',
    whole: true,
    from: 0,
    example: 4,
    fallback: 2,
  }),
  name: text({
    help: 'who',
    fallback: null,
    allowed: 'a word',
    parse: (given) => /^\w+$/.exec(given)?.[0] ?? null,
  }),
  out: file({ help: 'where to', allowed: 'a file, e.g. x.json', otherwise: 'by date', written: true }),
  key: file({ help: 'whence', allowed: 'a file' }),
  dataDir: dataFolderOption('data'),
  noSafety: flag('without a net '.repeat(12).trim()),
};
const command: Command<typeof options> = {
  name: 'try',
  about: 'Tries it.',
  options,
  check: ({ fromMinute, name }, refuse, _positionals, given) => {
    if (name === 'nobody') refuse('--name', name, `somebody, from ${String(fromMinute)} on`);
    if (given.has('--size') && given.has('--out')) refuse('--size', '', 'without --out');
  },
};
const place = { repositoryDir: '/repo', cwd: '/here' };
const read = (...argv: string[]) => readCommand(command, argv, place)?.values;
const refusal = (...argv: string[]): string[] => {
  try {
    read(...argv);
  } catch (error) {
    assert.ok(error instanceof Refusal);
    assert.equal(error.exitCode, EXIT.usage);
    return error.message.split('\n');
  }
  assert.fail('was accepted');
};

describe("a command's options", () => {
  it('have their defaults, and names in kebab case', () => {
    assert.deepEqual(read(), {
      size: 'small',
      minuteSeconds: null,
      fromMinute: 2,
      name: null,
      out: null,
      key: null,
      dataDir: '/repo/.data',
      noSafety: false,
    });
    assert.deepEqual(
      read('--minute-seconds=0.5', '--from', '3', '--out', 'a/b', '--data', 'd', '--no-safety'),
      {
        size: 'small',
        minuteSeconds: 0.5,
        fromMinute: 3,
        name: null,
        out: '/here/a/b',
        key: null,
        dataDir: '/here/d',
        noSafety: true,
      },
    );
  });

  it('are refused together, with flag, value and what is allowed', () => {
    assert.deepEqual(
      refusal('--size', 'huge', '--minute-seconds', '61', '--from', '1.5', '--name', '', '--out', ''),
      [
        '--size huge: must be one of small, large',
        '--minute-seconds 61: must be a number above 0, at most 60, e.g. --minute-seconds 6',
        '--from 1.5: must be a whole minute from 0 on, e.g. --from 4',
        '--name (empty): must be a word',
        '--out (empty): must be a file, e.g. x.json',
        '--size: must be without --out',
      ],
    );
    for (const no of ['', ' ', 'x', 'NaN', 'Infinity', '0', '-1']) {
      assert.match(
        refusal(`--minute-seconds=${no}`).join(),
        /^--minute-seconds .*: must be a number above 0/,
      );
    }
    assert.deepEqual(refusal('--data', ''), ['--data (empty): must be a folder, e.g. --data .data-2']);
    for (const folder of ['/', '..', 'b/', __dirname]) {
      assert.deepEqual(refusal('--out', folder), [`--out ${folder}: must be a file, e.g. x.json`]);
      assert.deepEqual(refusal('--key', folder), [`--key ${folder}: must be a file`]);
    }
    // What is written takes its place; what is read may be a pipe of the shell's.
    for (const device of ['/dev/null', '/dev/stdout'])
      assert.deepEqual(refusal('--out', device), [`--out ${device}: must be a file, e.g. x.json`]);
    assert.equal(read('--key', '/dev/null')?.key, '/dev/null');
    assert.deepEqual(refusal('--name', 'nobody', '--from', '7'), [
      '--name nobody: must be somebody, from 7 on',
    ]);
  });

  it('that do not exist are refused, and so is what has no name', () => {
    assert.match(refusal('--fast').join(), /'--fast'. All options: npm run try -- --help/);
    assert.match(refusal('extra').join(), /extra.*--help/);
    assert.match(refusal('--from').join(), /--from.*--help/);
    assert.match(refusal('--from', '-3').join('\n'), /use '--from=-XYZ'\. All options: /);
  });

  it('make the text of --help, every one of them', () => {
    assert.equal(read('--from', 'nonsense', '-h'), undefined);
    const help = helpOf(command);
    assert.match(help, /^Tries it\.\n\nUsage: npm run try -- \[options\]\n\n {2}--size small\|large +how/);
    assert.match(help, /^ {2}--from N {15}first \(default: 2\)$/m);
    assert.match(help, /^ {2}--out FILE {13}where to \(default: by date\)$/m);
    assert.match(help, /^ {2}--help {17}this text\n$/m);
    assert.ok(help.split('\n').every((line) => line.length <= 120));
  });
});
