import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cohort, goodRun, withMinute } from '../test/mocks/runs';
import type { Evidence, SpanShown } from './evidence';
import { renderHtml } from './html';
import type { RunFacts } from './report';
import { judge } from './verdict';

const span = (service: string, name: string, more: Partial<SpanShown> = {}): SpanShown => ({
  service,
  name,
  startOffsetMs: 0,
  durationMs: 2100,
  status: { code: 'UNSET' },
  attributes: {},
  children: [],
  ...more,
});
const evidence: Evidence = {
  causes: [{ minute: 20, query: { p95Ms: 1300 }, pool: { used: 5, max: 5, timeouts: 83 } }],
  plans: { withIndex: ['Index Scan'], withoutIndex: ['Seq Scan <on products>'] },
  traces: {
    failing: {
      traceId: 'a'.repeat(32),
      durationMs: 2100,
      spans: 3,
      services: ['frontend', 'product-catalog'],
      roots: [
        span('frontend', 'POST /api/checkout', {
          children: [
            span('frontend', 'place order', {
              children: [
                span('product-catalog', 'acquire recommendation', { status: { code: 'ERROR' } }),
                span('product-catalog', 'select', { attributes: { 'db.system.name': 'postgresql' } }),
              ],
            }),
          ],
        }),
      ],
    },
    healthy: null,
  },
};
const page = (facts: RunFacts = goodRun(), shown: Evidence | null = evidence) =>
  renderHtml(judge(facts), shown, { writtenMs: 1_700_000_500_000, endedMs: 1_700_000_200_000 });

describe('the report as HTML', () => {
  it('is one file: nothing runs in it, nothing comes from elsewhere, its style is allowed by its hash', () => {
    const { html, policy } = page();
    assert.ok(!/<script|<link|<img|\son\w+=|@import|url\(/.test(html));
    assert.ok(!html.includes('style="'));
    assert.equal([...html.matchAll(/<style>/g)].length, 1, 'the curve brings none of its own');
    const hash = /style-src '(sha256-[^']+)'/.exec(policy)?.[1];
    assert.ok(hash !== undefined && html.includes(hash));
    assert.match(policy, /default-src 'none'/);
  });

  it('writes what it was given as text', () => {
    const { html } = page({ ...goodRun(), title: '"><script>alert("1")</script> & more' });
    assert.ok(!html.includes('<script>'));
    assert.ok(html.includes('&lt;script&gt;'));
    assert.ok(html.includes('Seq Scan &lt;on products&gt;'));
  });

  it('says the verdict: as promised, what failed, or that nothing was graded', () => {
    assert.match(
      page().html,
      /✓ As promised\.<\/strong> Minutes 1, 5, 10, 15, 20, 25: each within ± 8\.0 points/,
    );
    const one = goodRun();
    one.minutes = one.minutes.filter(({ minute }) => minute === 20);
    assert.match(page(one).html, /<\/strong> Minute 20: within ± 8\.0 points of its target/);
    const { html } = page(withMinute(goodRun(), 20, { demo: cohort(1000, 100) }));
    assert.match(
      html,
      /✗ Not as promised\.[^]*<li>minute 20: 10\.0% demo errors, target 78\.0% ± 8\.0 points<\/li>/,
    );
    assert.match(html, /<h2>Deviations<\/h2>/);
    assert.match(
      page(goodRun({ storageEmulation: false })).html,
      /– Not graded\.[^]*NOT GRADED: without storage/,
    );
  });

  it('shows the cause where it was seen, and has as many cells in each row as in the head', () => {
    const rows = (html: string): number[] =>
      [...html.slice(html.indexOf('Minute by minute')).matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map(
        ([, row]) => [...(row ?? '').matchAll(/<t[hd]/g)].length,
      );
    const { html } = page();
    assert.deepEqual(new Set(rows(html)), new Set([13]));
    assert.match(html, /<td>1\.30 s<\/td><td>5 \/ 5<\/td><td>83<\/td>/);
    assert.match(html, /class="wait bad"[^]*class="scan"/);
    const plain = page(goodRun(), null).html;
    assert.deepEqual(new Set(rows(plain)), new Set([10]));
    assert.ok(!plain.includes('<h2>The cause</h2>'));
  });
});
