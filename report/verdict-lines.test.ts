import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunFacts } from './report';
import { cohort, goodRun, withMinute } from '../test/mocks/runs';
import { judge } from './verdict';
import { verdictLines } from './verdict-lines';

const linesOf = (facts: RunFacts): string[] => verdictLines(judge(facts));
const only = (facts: RunFacts, minute: number): RunFacts => ({
  ...facts,
  minutes: facts.minutes.filter((each) => each.minute === minute),
});

describe('the verdict that is printed', () => {
  it('lists the target minutes and says when it is as promised', () => {
    const lines = linesOf(goodRun());
    assert.ok(lines.some((line) => /^ {4}minute 20: 78\.0% seen, 78\.0% wanted, /.test(line)));
    assert.ok(lines.some((line) => /^ {2}Lost revenue: \$[\d,]+$/.test(line)));
    assert.equal(lines.at(-1), '  ✓ as promised, and recovered 2.1 s after the heal began');
  });

  it('says that nothing was graded, and does not call that as promised', () => {
    const text = linesOf(only(goodRun(), 7)).join('\n');
    assert.match(text, /^ {2}NOT GRADED: no graded minute in minutes 7 to 7 /m);
    assert.match(text, /No other check failed; recovered 2\.1 s after the heal began$/);
    assert.doesNotMatch(text, /as promised|✓/);
    const unemulated = linesOf(goodRun({ storageEmulation: false })).join('\n');
    assert.match(unemulated, /NOT GRADED: without storage emulation/);
    assert.doesNotMatch(unemulated, /✓/);
  });

  it('says both that nothing was graded and what failed', () => {
    const facts = only(withMinute(goodRun(), 7, { baseline: cohort(50, 4) }), 7);
    const text = linesOf(facts).join('\n');
    assert.match(text, /NOT GRADED:/);
    assert.match(text, /✗ minute 7: 4 of 50 baseline journeys failed/);
    assert.doesNotMatch(text, /No other check failed/);
  });

  it('lists what failed', () => {
    const lines = linesOf(withMinute(goodRun(), 20, { demo: cohort(1000, 100) }));
    assert.equal(lines.at(-1), '  ✗ minute 20: 10.0% demo errors, target 78.0% ± 8.0 points');
  });
});
