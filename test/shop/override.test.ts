import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { databaseUrls, prepareDatabase, waitForDatabase } from '../../local/postgres/database';
import { placePostgres } from '../../local/postgres/postgres-binaries';
import { initialiseCluster, postgresSpec, SUPERUSER } from '../../local/postgres/postgres';
import { postgresUser } from '../../local/postgres/postgres-user';
import { withSession } from '../../machine/session';
import { SupervisedProcess } from '../../local/processes/supervised-process';
import { applyDesired } from '../../scenario/apply';
import { paused, prolonged, resumed, runOf } from '../../scenario/override/change';
import { HOLD_SECONDS } from '../../scenario/override/lease';
import { beginRun, changeRun, endRun, OverrideRefused, replaceRun } from '../../scenario/override/store';
import { resolveScenario } from '../../scenario/resolve';
import type { SqlExecutor } from '../../scenario/sql/executor';
import { readState } from '../../scenario/state';

/** The rules of a running override against PostgreSQL itself: who writes with an old view is refused, and tries again. */
const now = Math.floor(Date.now() / 1000);
const desired = resolveScenario({ catalogRows: 50_000, minuteSeconds: 6 }, { nowSeconds: now });
const scenario = resolveScenario(
  { demoMode: 'blackfriday', catalogRows: 50_000, minuteSeconds: 60 },
  { nowSeconds: now, startTimestamp: now - 600, scaleDefault: 0.25 },
);
const run = runOf(scenario, 'cli');

describe('the override row', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'override-'));
  chmodSync(folder, 0o755);
  let server: SupervisedProcess;
  let url = '';

  const conducting = <T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> =>
    withSession({ connectionString: url }, work);

  before(async () => {
    const user = postgresUser();
    const port = await freePort();
    const options = {
      place: placePostgres(folder, user),
      user,
      port,
      maxConnections: 30,
      logFile: path.join(folder, 'postgresql.log'),
    };
    await initialiseCluster(options, 'super');
    server = new SupervisedProcess(postgresSpec(options), {
      spawned: () => undefined,
      crashed: () => undefined,
    });
    server.start();
    const superuser = `postgresql://${SUPERUSER}:super@127.0.0.1:${port}/postgres`;
    await waitForDatabase(superuser, 60_000);
    const passwords = { shop_app: 'app', conductor: 'conducts' };
    await prepareDatabase(superuser, {
      passwords,
      catalogRows: 50_000,
      log: () => undefined,
      onProgress: () => undefined,
    });
    url = databaseUrls(superuser, passwords).conductor;
    await conducting((sql) => applyDesired(sql, desired));
  });

  after(async () => {
    await server.stop(10_000);
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await conducting(async (sql) => {
      const { override } = await readState(sql);
      if (override !== null) await endRun(sql, override.runId);
      await beginRun(sql, run);
    });
  });

  it('keeps a resume that came while a command was prolonging the pause', async () => {
    await conducting((sql) =>
      changeRun(sql, 'cli', (found) => ({ next: paused(found, now, HOLD_SECONDS.attended) })),
    );
    // The command reads the paused run; before it writes, the console resumes it.
    let reads = 0;
    await conducting(async (slow) => {
      const racing: SqlExecutor = {
        query: async (text, values) => {
          const answer = await slow.query(text, values);
          if (text.includes('override_revision') && ++reads === 1) {
            await conducting((sql) =>
              changeRun(sql, 'console', (found) => ({ next: resumed(found, now + 30) })),
            );
          }
          return answer;
        },
      };
      await changeRun(racing, 'cli', (found) => ({
        next: prolonged(found, now + 30, HOLD_SECONDS.command),
      }));
    });
    const { override } = await conducting(readState);
    assert.equal(override?.pausedAt, null, 'the console has let it go on');
    assert.equal(override.startTimestamp, run.startTimestamp + 30);
    assert.equal(reads, 2, 'refused once, then read again');
  });

  it('says what stands in the way of a second run, and is not changed', async () => {
    const second = { ...run, runId: 'second' };
    await assert.rejects(
      conducting((sql) => beginRun(sql, second)),
      (error) =>
        error instanceof OverrideRefused &&
        error.running?.runId === run.runId &&
        error.message.includes(`run ${run.runId}, started by cli`),
    );
    assert.equal((await conducting(readState)).override?.runId, run.runId);
  });

  it('is replaced in one step, by whoever knows what is there', async () => {
    const next = { ...run, runId: 'next' };
    await assert.rejects(
      conducting((sql) => replaceRun(sql, 'another', next)),
      OverrideRefused,
    );
    assert.equal((await conducting(readState)).override?.runId, run.runId, 'rolled back');
    await conducting((sql) => replaceRun(sql, run.runId, next));
    assert.equal((await conducting(readState)).override?.runId, 'next');
  });

  it('is refused to who changes a run that has ended', async () => {
    await assert.rejects(
      conducting((sql) => changeRun(sql, 'cli', (found) => ({ next: { ...found, runId: 'gone' } }))),
      /Run .* has just ended/,
    );
  });

  it('shows all minutes of a document that was written before it told how many are shown', async () => {
    await conducting(async (sql) => {
      await sql.query(`update scenario.desired set document = document - 'shownMinutes'`);
      const state = await readState(sql);
      assert.equal(state.desired?.shownMinutes, desired.durationMinutes);
      await applyDesired(sql, desired);
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
