import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deviationsOf } from './deviations';
import { smallerScale } from './overload';
import { goodRun, withMinute } from '../test/mocks/runs';
import type { RunFacts } from './report';

const withErrors = (facts: RunFacts, minute: number, errors: number, requests = 1000): RunFacts =>
  withMinute(facts, minute, {
    demo: { errors, completed: requests - errors, errorRate: errors / requests },
  });
const reasons = (facts: RunFacts): string =>
  deviationsOf(facts)
    .map(({ what, reason }) => `${what}: ${reason}`)
    .join('\n');

describe('the deviations of a run', () => {
  it('are none when it went as promised, and within half the band', () => {
    assert.equal(reasons(goodRun()), '');
    assert.equal(reasons(withErrors(goodRun(), 20, 810)), '');
  });

  it('name an overloaded machine with its figures and the remedy', () => {
    const facts = { ...withErrors(goodRun(), 20, 900), load: { ...goodRun().load, startLagP99Ms: 180 } };
    const loaded = { ...facts, scale: 0.25, machine: { cores: 2, load: 9 } };
    assert.match(
      reasons(loaded),
      /start lag p99 180 ms: this machine is overloaded \(load 9\.0 on 2 cores\), use --scale 0\.1\n[^]*minute 20: 90\.0% seen, 78\.0% wanted \(\+12\.0 points, outside the band\)[^\n]*--scale 0\.1/,
    );
    assert.equal(smallerScale(1), 0.4);
    assert.equal(smallerScale(0.25), 0.1);
  });

  it('name what happened near the minute', () => {
    const facts = {
      ...withErrors(goodRun(), 20, 900),
      events: [{ minute: 19, text: 'PostgreSQL did not answer' }],
    };
    assert.match(reasons(facts), /minute 20: .*: minute 19: PostgreSQL did not answer/);
  });

  it('name chance where a minute had few checkouts, and a busy machine where it had many', () => {
    assert.match(
      reasons(withErrors(goodRun(), 20, 66, 80)),
      /chance: a minute of 80 checkouts varies by ± 9\.3 points/,
    );
    const busy = { ...withErrors(goodRun(), 20, 900), machine: { cores: 2, load: 7 } };
    assert.match(reasons(busy), /had to wait for a core: load 7\.0 on 2 cores/);
    assert.match(reasons(withErrors(goodRun(), 20, 900)), /not known/);
  });

  it('name the prediction where it says the same', () => {
    const facts = withErrors(goodRun(), 15, 710);
    const predicted = {
      ...facts,
      minutes: facts.minutes.map((each) =>
        each.minute === 15
          ? { ...each, demo: { ...each.demo, predicted: { errorRate: 0.7, p95Ms: 3000 } } }
          : each,
      ),
    };
    assert.match(reasons(predicted), /the simulation predicts 70\.0% too/);
  });

  it("name baseline's failures", () => {
    const facts = withMinute(goodRun(), 9, {
      baseline: { ...(goodRun().minutes[9]?.baseline ?? assert.fail()), errors: 2, completed: 48 },
    });
    assert.match(reasons(facts), /minute 9: 2 of 50 baseline journeys failed/);
  });
});
