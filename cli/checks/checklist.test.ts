import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { goodRun } from '../../test/mocks/runs';
import { judge } from '../../report/verdict';
import { resolveScenario } from '../../scenario/resolve';
import type { DemoMode, EffectiveScenario } from '../../scenario/types';
import { CATALOG } from '../../services/catalog';
import { keepRun, pastRuns } from '../control/past-runs';
import { addPresenterNotes, presenterNotes } from '../control/presenter-notes';
import { coralogixAddress, coralogixPage } from '../coralogix/links';
import { checklistOf, pointLines } from './checklist';
import { askPresenter, noteOf } from './presenter';

const START = 1_700_000_000;
const ADDRESS = 'https://team.eu2.coralogix.com';

function effectiveOf(demoMode: DemoMode): EffectiveScenario {
  const scenario = resolveScenario(
    { demoMode, minuteSeconds: 60 },
    { nowSeconds: START, startTimestamp: START, scaleDefault: 0.25 },
  );
  return {
    scenario,
    source: 'desired',
    startTimestamp: scenario.startTimestamp,
    pausedAt: null,
    expiresAt: null,
  };
}
const points = (demoMode: DemoMode, minute: number, address: string | null = ADDRESS) =>
  checklistOf({
    effective: effectiveOf(demoMode),
    now: START + minute * 60,
    consoleUrl: 'http://localhost:8020',
    address,
    traceId: 'abc',
  });

describe("the seed's live checklist", () => {
  it('has its six points in order, with all services and both stores', () => {
    const list = points('blackfriday', 20);
    assert.deepEqual(
      list.map(({ title }) => title),
      [
        'Service count',
        'Baseline traffic',
        'Demo traffic',
        'Database APM',
        'Trace depth',
        'Distributed tracing',
      ],
    );
    const services = list[0]?.expected.join(' ') ?? '';
    for (const { name } of CATALOG.filter(({ shop }) => shop)) assert.ok(services.includes(name), name);
    assert.match(services, /^\d+ services.*postgresql, redis/);
    for (const { filter } of list) assert.match(filter, /application = ecommerce-platform/);
  });

  it('expects what the scenario in force does at this minute', () => {
    const [, baseline, demo, database, , tracing] = points('blackfriday', 20);
    assert.deepEqual(baseline?.expected.at(-1), 'about 25 requests a minute');
    assert.match(
      demo?.expected[0] ?? '',
      /^now, minute 20: 78\.0% errors \(predicted 7\d\.\d%\), p95 about \d{4} ms, 1050 requests/,
    );
    assert.match(demo?.expected[1] ?? '', /errors 0 → 78\.0%/);
    assert.match(database?.expected[1] ?? '', /db\.full_table_scan = true/);
    assert.match(
      tracing?.expected.join('\n') ?? '',
      /demo\.run_id = blackfriday.*\n.*\ntrue on spans.*checkout\.failed/s,
    );
    const [, , early] = points('blackfriday', 10);
    assert.match(early?.expected[0] ?? '', /^now, minute 10: 45\.0% errors/);
    const [, , calm, index] = points('normal', 0);
    assert.match(calm?.expected[0] ?? '', /no outage is under way: 0 % errors/);
    assert.match(index?.expected[1] ?? '', /full_table_scan = false/);
  });

  it("leads to the account's pages, to a trace, and without an account to the console", () => {
    const links = points('blackfriday', 20).map(({ link }) => link);
    assert.ok(
      links.every((link) => link.startsWith(`${ADDRESS}/#/`)),
      links.join(),
    );
    assert.match(links[4] ?? '', /traceId=abc$/);
    assert.deepEqual(
      new Set(points('normal', 0, null).map(({ link }) => link)),
      new Set(['http://localhost:8020']),
    );
  });

  it('asks point by point and keeps what was answered before somebody left', async () => {
    const lines: string[] = [];
    const answers = ['', 'p95 is 900 ms', null];
    const list = points('blackfriday', 20);
    const seen = await askPresenter(
      list,
      () => {
        // The next point is not shown before this one is answered.
        assert.equal(lines.filter((line) => /^\d\. /.test(line)).length, 4 - answers.length);
        return Promise.resolve(answers.shift() ?? null);
      },
      { line: (text) => lines.push(text) },
    );
    assert.deepEqual(seen.map(noteOf), [
      'checklist, Service count: seen as expected',
      'checklist, Baseline traffic: differs: p95 is 900 ms',
    ]);
    assert.ok(pointLines(list[0] ?? assert.fail(), 0).every((line) => lines.includes(line)));
  });

  it('is noted in the report of the run, whether it is under way or kept', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'notes-'));
    try {
      const report = judge(goodRun());
      const note = (minute: number) => ({
        minute,
        text: `checklist ${minute}`,
        at: '2026-01-01T00:00:00.000Z',
      });
      addPresenterNotes(folder, report.runId, [note(3)]);
      addPresenterNotes(folder, report.runId, [note(4)]);
      assert.deepEqual(presenterNotes(folder, report.runId), [note(3), note(4)]);
      assert.deepEqual(presenterNotes(folder, '../other'), []);
      const markdown = keepRun(folder, { ...report, exercise: null, revealed: false });
      addPresenterNotes(folder, report.runId, [note(5)]);
      assert.deepEqual(pastRuns(folder)[0]?.run.events.at(-1), note(5));
      assert.match(readFileSync(markdown, 'utf8'), /- minute 5: checklist 5/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("an account's address", () => {
  it('is what trace links, the forwarding, or the domain of the stack say', () => {
    const trace = {
      links: { trace: 'https://team.eu2.coralogix.com/#/query-new/tracing?traceId={traceId}' },
    };
    assert.equal(
      coralogixAddress(trace, 'https://ingress.eu2.coralogix.com'),
      'https://team.eu2.coralogix.com',
    );
    assert.equal(coralogixAddress({}, 'https://ingress.eu2.coralogix.com:443'), 'https://eu2.coralogix.com');
    assert.equal(
      coralogixAddress({ coralogix: { domain: 'eu2.coralogix.com' } }, null),
      'https://eu2.coralogix.com',
    );
    assert.equal(
      coralogixAddress({ links: { trace: 'https://other.example/{traceId}' } }, 'http://localhost:4318'),
      null,
    );
    assert.equal(
      coralogixPage('https://eu2.coralogix.com', 'incidents'),
      'https://eu2.coralogix.com/#/incidents',
    );
  });
});
