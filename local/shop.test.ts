import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { Refusal } from '../machine/errors';
import { readCommand } from '../machine/options';
import { identifyProcess } from '../machine/process-identity';
import { writePrivateJson } from '../machine/private-file';
import { START } from './arguments';
import { SILENT } from '../test/mocks/reporter';
import { startShop } from './shop';

it('touches nothing of a data folder that another start has claimed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'claimed-'));
  const other = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await once(other.stdout, 'data');
    const pid = other.pid ?? 0;
    // As another first start leaves it that has claimed the folder, and made nothing yet.
    writePrivateJson(path.join(folder, 'run.json'), {
      version: 1,
      runner: { name: 'runner', pid, startedAt: identifyProcess(pid)?.startedAt },
      state: 'starting',
      startedAt: Date.now() / 1000,
      portOffset: 0,
      urls: {},
      databaseUrls: { superuser: '', shop_app: '', conductor: '' },
      redis: { url: '', kind: '' },
      adminToken: '',
      children: [],
    });
    const place = { repositoryDir: path.resolve(__dirname, '..', '..'), cwd: folder };
    const command = readCommand(START, ['--data', folder], place);
    assert.ok(command);
    await assert.rejects(
      startShop({ ...command.values, ...place, env: {}, reporter: SILENT }),
      (error: unknown) => error instanceof Refusal && error.message.includes(`process ${String(pid)}`),
    );
    const files = readdirSync(folder).filter((name) => !['logs', 'redis'].includes(name));
    assert.deepEqual(files, ['run.json'], 'no secrets, no cluster, no sign of life');
  } finally {
    other.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
