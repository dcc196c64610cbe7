import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import * as pulumi from '@pulumi/pulumi';
import { serving } from '../../test/mocks/servers';
import { pinProvider } from './pin-provider';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const PINNED = `redis:7@${DIGEST}`;

it('a pinned image stays what it was until another image is wanted', async () => {
  const olds = { image: 'redis:7', login: null, pinned: PINNED };
  const diff = (news: Parameters<NonNullable<typeof pinProvider.diff>>[2]) =>
    pinProvider.diff?.('redis:7', olds, news);
  assert.equal(
    (await diff({ image: 'redis:7', login: { username: 'me', password: 'right' } }))?.changes,
    false,
  );
  assert.deepEqual(await diff({ image: 'redis:8', login: null }), { changes: true, replaces: ['image'] });
});

it("a pinned image's digest is asked for in Pulumi's provider process, where this is text", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pin-'));
  try {
    const { text } = await pulumi.runtime.serializeFunction(() => pinProvider);
    writeFileSync(path.join(folder, 'pin.js'), text);
    symlinkSync(path.join(__dirname, '..', '..', '..', 'node_modules'), path.join(folder, 'node_modules'));
    await serving(
      createServer((_request, response) => {
        response.writeHead(200, { 'docker-content-digest': DIGEST }).end();
      }),
      async (port) => {
        const image = `127.0.0.1:${port}/library/redis:7`;
        const script = `require('./pin.js').handler().create(${JSON.stringify({ image, login: null })})
        .then(({ outs }) => console.log(outs.pinned))`;
        const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder });
        assert.equal(stdout.trim(), `${image}@${DIGEST}`);
      },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
