import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { readCommand } from '../machine/options';
import { START } from './arguments';
import { readForwarding } from './forwarding';

let dir = '';
before(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'forwarding-'));
});
after(() => {
  rmSync(dir, { recursive: true });
});

const read = (...argv: string[]) => {
  const command = readCommand(START, ['--otlp-endpoint', 'https://vendor.example/', ...argv], {
    repositoryDir: dir,
    cwd: dir,
  });
  assert.ok(command);
  return readForwarding(command.values);
};

it('takes headers from the command line, several, and from a file', () => {
  writeFileSync(path.join(dir, 'headers'), '# the key\nAuthorization=Bearer abc=\n\n');
  writeFileSync(path.join(dir, 'ca.pem'), 'certificates');
  assert.deepEqual(
    read(
      ...['--otlp-header', 'x-team=shop', '--otlp-header', 'x-a= b '],
      ...['--otlp-headers-file', 'headers', '--otlp-ca', 'ca.pem', '--otlp-protocol', 'grpc'],
    ),
    {
      endpoint: 'https://vendor.example',
      protocol: 'grpc',
      headers: [
        { name: 'Authorization', value: 'Bearer abc=' },
        { name: 'x-team', value: 'shop' },
        { name: 'x-a', value: 'b' },
      ],
      ca: path.join(dir, 'ca.pem'),
    },
  );
});

it('speaks protobuf over HTTP where nothing else is said', () => {
  assert.deepEqual(read(), {
    endpoint: 'https://vendor.example',
    protocol: 'http/protobuf',
    headers: [],
    ca: null,
  });
});

it('names the line that is no header, and never tells what stands in it', () => {
  writeFileSync(path.join(dir, 'bad'), 'x=1\nBearer secret\n');
  assert.throws(
    () => read('--otlp-headers-file', 'bad'),
    (error: Error) => error.message.includes('line 2 is not KEY=VALUE') && !error.message.includes('secret'),
  );
  assert.throws(() => read('--otlp-headers-file', 'none'), /cannot be read/);
});
