import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { EXIT, Refusal } from '../../machine/errors';
import { getJson, postJson } from '../../machine/http';
import { at, textAt } from '../../machine/json';
import { exerciseHead } from '../../test/mocks/exercises';
import { makeDeskFolder, writeDesk, type Desk } from './desk';
import { DeskServer } from './desk-server';
import { ExerciseRecord } from './exercise-record';
import { gradeExercise } from '../../report/exercise/grade';
import { writeResult } from './results';
import { readAnswer, say } from './say';

describe('the desk', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'desk-'));
  let desk: Desk;
  let server: DeskServer;
  let held: ExerciseRecord;
  let shopConsole: Server;
  const options = { timeoutMs: 5000 };

  before(async () => {
    shopConsole = createServer((incoming, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          path: incoming.url,
          scenario: { mode: 'blackfriday', indexes: { idx: 'absent' } },
          windows: { last10s: {} },
          pools: [],
          traces: [],
        }),
      );
    });
    await new Promise<void>((resolve) => shopConsole.listen(0, '127.0.0.1', resolve));
    const consoleUrl = `http://127.0.0.1:${String((shopConsole.address() as AddressInfo).port)}`;
    held = new ExerciseRecord(exerciseHead(), ['look there'], () => 1);
    server = new DeskServer({ consoleUrl, instances: () => Promise.resolve([]) }, held);
    desk = {
      version: 1,
      id: 'exercise-1',
      url: await server.listen(),
      token: 'secret',
      shopUrl: 'http://127.0.0.1:1',
      database: 'postgresql://on_call:s3cret@127.0.0.1:1/ecommerce',
      stackFile: '/tmp/Pulumi.exercise.yaml',
    };
    server.open(desk);
    makeDeskFolder(dataDir);
    writeDesk(dataDir, desk);
  });
  after(() => {
    server.close();
    shopConsole.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('passes telemetry on, and nothing by which the console names the outage', async () => {
    const traces = await getJson(`${desk.url}/api/traces?error=true`, options);
    assert.equal(textAt(traces.body, 'path'), '/api/traces?error=true');
    const metrics = await getJson(`${desk.url}/api/metrics`, options);
    assert.deepEqual(Object.keys(metrics.body as object), ['at', 'windows', 'pools']);
    for (const answers of [
      '/api/explain',
      '/api/conductor',
      '/api/summary',
      '/api/curve',
      '/report',
      '/api/stream',
      '/health',
    ])
      assert.equal((await getJson(desk.url + answers, options)).status, 404, answers);
  });

  it('has a page of its own, which runs nothing', async () => {
    const page = await fetch(`${desk.url}/`);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    const text = await page.text();
    assert.match(text, /You are on call/);
    assert.match(text, /postgresql:\/\/on_call@127\.0\.0\.1:1\/ecommerce/);
    assert.doesNotMatch(text, /s3cret/, 'whoever is on this machine sees the page');
  });

  it('answers what is no address, or too long, as what it is', async () => {
    const statusOf = (target: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const { hostname, port, host } = new URL(desk.url);
        request({ hostname, port, path: target, headers: { host } }, ({ statusCode }) => {
          resolve(statusCode);
        })
          .on('error', reject)
          .end();
      });
    for (const target of ['//[', 'http://[', '//:x']) assert.equal(await statusOf(target), 400, target);
    for (const target of ['/api/../health', '//evil.example/health', '/api/traces/../summary', '/traces/x'])
      assert.equal(await statusOf(target), 404, target);
    const long = { cause: 'none', why: 'x'.repeat(20_000) };
    assert.equal(
      (await postJson(`${desk.url}/api/answer`, long, { ...options, token: 'secret' })).status,
      409,
    );
  });

  it('answers who names it by its own address, and believes who bears its token', async () => {
    const foreign = await new Promise<number | undefined>((resolve) => {
      request(desk.url, { headers: { host: 'evil.example' } }, ({ statusCode }) => {
        resolve(statusCode);
      }).end();
    });
    assert.equal(foreign, 421);
    assert.equal((await postJson(`${desk.url}/api/ack`, {}, options)).status, 401);
    assert.equal((await postJson(`${desk.url}/api/ack`, {}, { ...options, token: 'wrong!' })).status, 401);
    assert.equal(held.status().acknowledged, false);
  });

  it('is told what a participant says, and tells him what is wrong with it', async () => {
    const lines: string[] = [];
    const output = { line: (text: string) => lines.push(text) };
    const tell = (name: 'ack' | 'hint' | 'status', body: unknown = {}) =>
      say({ path: name, body }, { dataDir, json: false }, output);
    assert.equal(await tell('ack'), EXIT.ok);
    assert.equal(await tell('hint'), EXIT.ok);
    await say({ path: 'answer', body: { cause: 'small-pool', why: null } }, { dataDir, json: false }, output);
    assert.match(lines.join('\n'), /look there\n {2}\(5 points\)/);
    assert.match(lines.at(-1) ?? '', /acknowledged; answered small-pool; hints 1/);
    await assert.rejects(
      say({ path: 'answer', body: { cause: 'gremlins' } }, { dataDir, json: true }, output),
      (error) =>
        error instanceof Refusal && error.exitCode === EXIT.usage && error.message.includes('missing-index'),
    );
    const { body } = await getJson(`${desk.url}/api/status`, options);
    assert.deepEqual(at(body, 'answers'), ['small-pool']);
  });

  it('is named where there is none: what to do', async () => {
    const none = mkdtempSync(path.join(tmpdir(), 'desk-none-'));
    await assert.rejects(
      say({ path: 'hint', body: {} }, { dataDir: none, json: false }, { line: () => undefined }),
      /No exercise is under way: npm run exercise begins one/,
    );
    rmSync(none, { recursive: true });
  });

  it('takes an answer from a file, and from nothing that only has the name of one', () => {
    const file = path.join(dataDir, 'answer.json');
    writeFileSync(file, JSON.stringify({ cause: 'none', why: 'nothing' }));
    assert.deepEqual(readAnswer(file), { cause: 'none', why: 'nothing' });
    for (const content of [
      `{"cause":"none","why":"${'x'.repeat(20_000)}"}`,
      '{"cause":"__proto__"}',
      '[',
      '',
    ]) {
      writeFileSync(file, content);
      assert.throws(() => readAnswer(file), Refusal, content.slice(0, 30));
    }
    // Never one without end, as /dev/zero: a test that fails must not fill the memory of the machine.
    for (const none of ['/dev/null', dataDir])
      assert.throws(() => readAnswer(none), /is no file of at most 16384 bytes/, none);
    assert.throws(() => readAnswer(path.join(dataDir, 'absent')), Refusal);
  });

  it('tells its result also where one of its files cannot be written, and writes the others', () => {
    const facts = held.facts(null);
    const full = path.join(dataDir, 'full');
    writeFileSync(full, 'a file where the folder should be');
    const wanted = path.join(dataDir, 'out', 'result.json');
    mkdirSync(path.dirname(wanted));
    let told: string[] | null = null;
    assert.throws(
      () =>
        writeResult(
          { facts, grade: gradeExercise(facts) },
          {
            dataDir: full,
            wanted,
            tell: (files) => {
              told = files;
            },
          },
        ),
      /ENOTDIR|EEXIST/,
    );
    assert.deepEqual(told, [wanted, wanted.replace('json', 'md')]);
    assert.deepEqual(readdirSync(path.dirname(wanted)).sort(), ['result.json', 'result.md']);
  });
});
