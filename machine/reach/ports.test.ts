import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Refusal } from '../errors';
import { holderOf, parseLsof, parseSs, requireFreePorts, shortened } from './ports';

describe('ports', () => {
  let server: Server;
  let taken: number;
  let free: number;

  before(async () => {
    server = createServer().listen(0, '127.0.0.1');
    const other = createServer().listen(0, '127.0.0.1');
    await Promise.all([once(server, 'listening'), once(other, 'listening')]);
    taken = (server.address() as AddressInfo).port;
    free = (other.address() as AddressInfo).port;
    other.close();
    await once(other, 'close');
  });
  after(() => {
    server.close();
  });

  it('accepts free ports', async () => {
    await requireFreePorts([{ port: free, service: 'cart' }], 0);
  });

  it('names port, service, holder and remedy of one that is in use', async () => {
    await assert.rejects(
      requireFreePorts(
        [
          { port: free, service: 'cart' },
          { port: taken, service: 'frontend' },
        ],
        500,
        () => Promise.resolve('process 77 (other thing)'),
      ),
      (error: unknown) => {
        assert.ok(error instanceof Refusal);
        assert.equal(
          error.message,
          `Port ${String(taken)} (frontend) is in use by process 77 (other thing).\n` +
            "Stop what uses it, or move all of the shop's ports: npm start -- --port-offset 1500",
        );
        return true;
      },
    );
  });

  it('names a remedy that there is, also for the last ports', async () => {
    const needed = [
      { port: taken, service: 'frontend' },
      { port: 65_000, service: 'Redis' },
    ];
    await assert.rejects(
      requireFreePorts(needed, 48_621, () => Promise.resolve(null)),
      /--port-offset 47621$/,
    );
  });

  it('says that there is no way to this machine itself, instead of that ports are free', (context) => {
    const isolated = ['--map-root-user', '--net'];
    if (spawnSync('unshare', [...isolated, 'true']).status !== 0) {
      context.skip('this system gives nobody a network of his own');
      return;
    }
    const script = `require(${JSON.stringify(path.join(__dirname, 'ports.js'))})
      .requireFreePorts([{ port: 18018, service: 'frontend' }], 0).catch((error) => console.log(error.name, error.message));`;
    const { stdout } = spawnSync('unshare', [...isolated, process.execPath, '-e', script], {
      encoding: 'utf8',
    });
    assert.match(stdout, /^Refusal 127\.0\.0\.1 cannot be reached .*ip link set lo up/);
  });

  it('says so too where the system does not tell who', async () => {
    await assert.rejects(
      requireFreePorts([{ port: taken, service: 'frontend' }], 0, () => Promise.resolve(null)),
      /^Refusal: Port \d+ \(frontend\) is in use\.\n/,
    );
  });

  it('shows a long command line by its program and its end', () => {
    assert.equal(shortened('nginx: master process'), 'nginx: master process');
    const settings = ' -c some_setting=on'.repeat(20);
    assert.match(
      shortened(`/usr/lib/postgresql/bin/postgres -D /data${settings}`),
      /^postgres ….*some_setting=on$/,
    );
    assert.match(
      shortened(`/opt/node/bin/node ${'--flag '.repeat(20)}/shop/dist/main.js`),
      /^node ….*main\.js$/,
    );
  });

  it('finds this process as the holder, where lsof or ss is there', async () => {
    const holder = await holderOf(taken);
    if (holder !== null) assert.match(holder, new RegExp(`^process ${String(process.pid)} \\(`));
    assert.equal(await holderOf(free), null);
  });

  it('reads the answers of lsof and ss', () => {
    assert.equal(parseLsof('p4242\nf18\n'), 4242);
    assert.equal(parseLsof(''), null);
    assert.equal(
      parseSs('LISTEN 0 511 127.0.0.1:8018 0.0.0.0:* users:(("MainThread",pid=3287,fd=18))'),
      3287,
    );
    assert.equal(parseSs('LISTEN 0 511 127.0.0.1:8018 0.0.0.0:*'), null);
  });
});
