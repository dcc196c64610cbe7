/** The answer key's queries show what its pages say: each page's outage is made in a real shop, and asked. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { textAt } from '../../machine/json';
import { OUTAGES } from '../../scenario/types';
import { repositoryDir, TestShop, until } from '../harness';
import { answerOutage, answerSteps, unmet, valueAt, type AnswerStep } from './answer-page';

const FOLDER = join(repositoryDir, 'docs', 'answer-key');
const MINUTE_SECONDS = 6;
/**
 * How long an outage may take to show in the windows of the pages (ms): they are a minute long, in which the page before
 * is forgotten.
 */
const SHOWS_WITHIN_MS = 100_000;

const shop = new TestShop(`e2e-key-${String(process.pid)}`, ['--rows', '100000'], 6_000);

/** The stack's config of a page's outage, at its demo minute now. */
function outage(page: string): Record<string, unknown> {
  const { minute, config } = answerOutage(join(FOLDER, page));
  return {
    ...config,
    minuteSeconds: MINUTE_SECONDS,
    // The peak holds while the pages are asked.
    durationMinutes: 120,
    demoStartTimestamp: Math.round(Date.now() / 1000) - minute * MINUTE_SECONDS,
  };
}

const PAGES = readdirSync(FOLDER).filter((name) => name !== 'README.md');

async function ask(step: AnswerStep): Promise<unknown> {
  if (step.kind === 'sql') {
    const rows = await shop.sql<Record<string, unknown>>(step.query);
    return { rows, text: rows.flatMap((row) => Object.values(row)).join('\n') };
  }
  const [method, service = '', path = ''] = step.query.trim().split(' ');
  assert.equal(method, 'GET', 'a page only looks');
  const { status, body } = await shop.request(service, path, { admin: path.startsWith('/admin') });
  assert.equal(status, 200, step.query);
  return body;
}

before(async () => {
  shop.configure({ demoMode: 'normal' });
  await shop.start();
});
after(async () => {
  await shop.dispose();
});

/** The run that the recommendation query follows. */
async function inForce(): Promise<string | null> {
  const { body } = await shop.request('product-catalog', '/health');
  return textAt(body, 'scenario', 'run_id');
}

describe('the answer key', () => {
  it('has a page for each outage, with steps that are checked', () => {
    for (const mode of OUTAGES) assert.ok(PAGES.includes(`${mode}.md`), mode);
    for (const page of PAGES) {
      const steps = answerSteps(join(FOLDER, page));
      assert.ok(steps.filter(({ kind }) => kind === 'sql').length >= 2, page);
      assert.ok(steps.filter(({ kind }) => kind === 'http').length >= 2, page);
      for (const { heading, query, expectations } of steps) {
        assert.ok(expectations.length > 0, `${page}, ${heading}: ${query} shows nothing`);
      }
    }
  });

  it('is read by paths that find what they name, and refuse what is not there', () => {
    const answer = {
      a: [
        { k: 'x', n: 1 },
        { k: 'y', n: 2 },
      ],
      o: { 'p.q': true },
      b: { c: 3, d: 3 },
      none: null,
    };
    assert.equal(valueAt(answer, 'a[k=y].n'), 2);
    assert.equal(valueAt(answer, 'a[1].k'), 'y');
    assert.equal(valueAt(answer, 'a.length'), 2);
    assert.deepEqual(unmet(answer, ['o["p.q"] = true', 'b.c = b.d', 'a[0].n < 2', 'none = null']), []);
    assert.deepEqual(unmet(answer, ['a[k=z].n > 0', 'b.c > 3', 'b.c = x']), [
      'a[k=z].n > 0',
      'b.c > 3',
      'b.c = x',
    ]);
  });

  for (const page of PAGES) {
    it(`${page}: every query shows what the page says`, async () => {
      const before = await inForce();
      shop.configure(outage(page));
      // The page before it may have shown the same.
      await until(
        async () => (await inForce()) !== before,
        SHOWS_WITHIN_MS,
        () => `${page}: the run of the page before is in force`,
      );
      // What has been shown once is shown: the steps are asked in turn, as a trainee does.
      const waiting = answerSteps(join(FOLDER, page));
      let missing: string[] = [];
      await until(
        async () => {
          missing = [];
          for (const step of [...waiting]) {
            const faults = await ask(step).then(
              (answer) => unmet(answer, step.expectations),
              (error: unknown) => [String(error)],
            );
            if (faults.length === 0) waiting.splice(waiting.indexOf(step), 1);
            else missing.push(`${step.heading}: ${step.query}\n    does not show ${faults.join('; ')}`);
          }
          return waiting.length === 0;
        },
        SHOWS_WITHIN_MS,
        () => `${page}:\n  ${missing.join('\n  ')}`,
        1000,
      );
    });
  }
});
