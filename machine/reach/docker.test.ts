import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { closedPort, serving } from '../../test/mocks/servers';
import { Mendable } from '../errors';
import { requireDocker } from './docker';

describe('the Docker engine', () => {
  it('that DOCKER_HOST names is asked for its version', async () => {
    const engine = createServer((request, response) =>
      response.writeHead(request.url === '/version' ? 200 : 404).end('{"Platform":{},"Version":"28.2.2"}'),
    );
    await serving(engine, async (port) => {
      assert.equal(await requireDocker({ DOCKER_HOST: `tcp://127.0.0.1:${String(port)}` }), '28.2.2');
    });
  });

  it('that does not answer is reported with the reason and the way round it', async () => {
    const port = await closedPort();
    await assert.rejects(requireDocker({ DOCKER_HOST: `tcp://127.0.0.1:${String(port)}` }), (error) => {
      assert.ok(error instanceof Mendable);
      assert.match(error.problem, /No Docker engine answers here.*ECONNREFUSED/);
      assert.match(error.remedy, /images\.services/);
      return true;
    });
  });

  it('is asked by the CLI where nothing else says which one it is', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'docker-'));
    const cli = (script: string) => {
      writeFileSync(path.join(folder, 'docker'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    };
    try {
      cli('echo "$3"');
      assert.equal(await requireDocker({ PATH: folder }), '{{.Server.Version}}');
      cli('echo "Cannot connect to the Docker daemon" >&2; exit 1');
      await assert.rejects(requireDocker({ PATH: folder }), /\(Cannot connect to the Docker daemon\)/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
