import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderMarkdown } from './markdown';
import { cohort, goodRun, withMinute } from '../test/mocks/runs';
import { judge } from './verdict';

describe('the Markdown report', () => {
  it('shows the chart, the verdict and a row a minute with as many cells as the head', () => {
    const facts = goodRun();
    const text = renderMarkdown(judge(facts), 'my report.svg');
    assert.match(text, /^# Black Friday: .*: as promised\n/);
    assert.match(text, /!\[[^\]]+\]\(my%20report\.svg\)/);
    const table = text.slice(text.indexOf('## Minutes'), text.indexOf('## Heal'));
    const rows = table.split('\n').filter((line) => line.startsWith('|'));
    assert.equal(rows.length, 32);
    assert.equal(new Set(rows.map((row) => row.split('|').length)).size, 1);
    assert.match(
      text,
      /\| \*\*20\*\* \| catastrophe \|.*\| \*\*78\.0%\*\* \| \*\*78\.0%\*\* \|.*\| \$39,000 \|/,
    );
    assert.ok(facts.lostRevenueUsd !== null && facts.lostRevenueUsd > 39_000);
    assert.ok(text.includes(`| Lost revenue | $${facts.lostRevenueUsd.toLocaleString('en-US')} |`));
    assert.match(text, /failed 2\.1 s after the heal began; verified after 11\.4 s/);
  });

  it('lists the failures of a negative verdict', () => {
    const facts = withMinute(goodRun(), 20, { demo: cohort(1000, 100) });
    const text = renderMarkdown(judge(facts), 'r.svg');
    assert.match(text, /not as promised/);
    assert.match(text, /\n- minute 20: 10\.0% demo errors, target 78\.0% ± 8\.0 points\n/);
  });

  it('says that nothing was graded', () => {
    const whole = goodRun();
    const facts = { ...whole, minutes: whole.minutes.filter(({ minute }) => minute === 7) };
    const text = renderMarkdown(judge(facts), 'r.svg');
    assert.match(text, /^# .*: not graded\n/);
    assert.match(text, /\n- NOT GRADED: no graded minute in minutes 7 to 7 /);
    assert.doesNotMatch(text, /as promised/i);
  });
});
