import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderChart } from './chart';
import { linearScale, minuteTicks, ticksUpTo } from './scale';
import type { Report, RunFacts } from '../report';
import { cohort, goodRun, withMinute } from '../../test/mocks/runs';
import { judge } from '../verdict';

const reportOf = (facts: RunFacts = goodRun()): Report => judge(facts);

/** Every tag is closed in order: what an XML parser asks first. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  for (const [, closing, name, , selfClosing] of xml.matchAll(/<(\/?)([a-z]+)((?:\s[^<>]*?)?)(\/?)>/gi)) {
    if (closing === '/') assert.equal(open.pop(), name);
    else if (selfClosing !== '/' && name !== undefined) open.push(name);
  }
  assert.deepEqual(open, []);
}

describe('axis ticks', () => {
  it('are round and hold the largest value', () => {
    assert.deepEqual(ticksUpTo(86), [0, 20, 40, 60, 80, 100]);
    assert.deepEqual(ticksUpTo(3.2), [0, 1, 2, 3, 4]);
    assert.deepEqual(ticksUpTo(0.11), [0, 0.025, 0.05, 0.075, 0.1, 0.125]);
  });

  it('name whole minutes at round distances', () => {
    assert.deepEqual(minuteTicks(4, 6), [4, 5, 6]);
    assert.deepEqual(minuteTicks(0, 29).slice(0, 3), [0, 2, 4]);
    assert.deepEqual(minuteTicks(7, 7), [7]);
  });

  it('map values to pixels, also where there is only one', () => {
    assert.equal(linearScale(0, 10, 100, 200)(5), 150);
    assert.equal(linearScale(3, 3, 100, 200)(3), 100);
  });
});

describe('the chart', () => {
  it('draws every line with a point a minute, in well-formed XML without NaN', () => {
    const svg = renderChart(reportOf());
    assertWellFormed(svg);
    assert.doesNotMatch(svg, /NaN|undefined|null/);
    const pointsOf = (name: string) =>
      [...svg.matchAll(new RegExp(`<polyline class="${name}" points="([^"]+)"`, 'g'))].map(
        ([, points]) => points?.split(' ').length,
      );
    assert.deepEqual(pointsOf('observed'), [30, 30], 'errors and p95');
    assert.deepEqual(pointsOf('baseline'), [30, 30]);
    assert.deepEqual(pointsOf('target'), [30]);
    assert.match(svg, /prefers-color-scheme:dark/);
  });

  it('labels the graded minutes with what was seen', () => {
    const svg = renderChart(reportOf(withMinute(goodRun(), 20, { demo: cohort(1000, 744) })));
    assert.match(svg, /class="value"[^>]*>74 %</);
    assert.equal([...svg.matchAll(/class="value"/g)].length, 6);
  });

  it('puts higher error rates higher', () => {
    const svg = renderChart(reportOf());
    const points = /<polyline class="observed" points="([^"]+)"/.exec(svg)?.[1]?.split(' ') ?? [];
    const heights = points.map((point) => Number(point.split(',')[1]));
    assert.ok((heights[20] ?? NaN) < (heights[10] ?? NaN) && (heights[10] ?? NaN) < (heights[5] ?? NaN));
    assert.ok(Math.min(...heights) >= 140 && Math.max(...heights) <= 386, 'inside the plot');
  });

  it('escapes a title, and stands a run without minutes or with one', () => {
    const facts = { ...goodRun(), title: 'A <b> & "c"' };
    assert.match(renderChart(reportOf(facts)), /A &lt;b&gt; &amp; &quot;c&quot;/);
    for (const minutes of [[], facts.minutes.slice(5, 6)]) {
      const svg = renderChart(reportOf({ ...facts, minutes }));
      assertWellFormed(svg);
      assert.doesNotMatch(svg, /NaN|Infinity/);
    }
  });

  const axis = (svg: string): number[] => [
    ...new Set([...svg.matchAll(/text-anchor="middle">(\d+)<\/text>/g)].map(([, minute]) => Number(minute))),
  ];
  const lengthOf = (svg: string, name: string): number | undefined =>
    new RegExp(`<polyline class="${name}" points="([^"]+)"`).exec(svg)?.[1]?.split(' ').length;

  it('draws as many minutes as the outage shows', () => {
    const long = goodRun({ durationMinutes: 32 });
    const svg = renderChart(reportOf(long));
    assert.equal(lengthOf(svg, 'target'), 32);
    assert.ok(Math.max(...axis(svg)) > 30 - 1);
    const healed = { ...long, minutes: long.minutes.slice(0, 22), endedMinute: 22.4 };
    const early = renderChart(reportOf(healed));
    assert.equal(lengthOf(early, 'target'), 32, 'what was wanted goes on');
    assert.equal(lengthOf(early, 'observed'), 22);
    assert.match(early, />healed</);
  });

  it('draws of a run that began later the minutes it reached', () => {
    const facts = goodRun();
    const svg = renderChart(reportOf({ ...facts, minutes: facts.minutes.slice(18, 23) }));
    assert.deepEqual(axis(svg), [18, 19, 20, 21, 22]);
    assert.equal(lengthOf(svg, 'target'), 5);
  });

  it('marks the flow alert, and what came back on the way', () => {
    const events = [{ minute: 12, text: 'index restored', mark: { minute: 12.5, label: 'index restored' } }];
    const svg = renderChart(reportOf({ ...goodRun(), events }));
    assert.match(svg, />flow alert, minute 22</);
    assert.doesNotMatch(svg, /predicted, minute/);
    const late = renderChart(reportOf({ ...goodRun(), flowAlertMinute: null }));
    assert.match(late, />flow alert predicted, minute 22</);
    assert.match(svg, />index restored</);
  });

  it('has one look for a light page, one for a dark one, and one that follows its reader', () => {
    const [light, dark, auto] = (['light', 'dark', 'auto'] as const).map((theme) =>
      renderChart(reportOf(), { theme }),
    );
    assert.match(light ?? '', /\.curve \.page\{fill:#ffffff/);
    assert.doesNotMatch(light ?? '', /prefers-color-scheme/);
    assert.match(dark ?? '', /\.curve \.page\{fill:#161d1a/);
    assert.match(auto ?? '', /fill:#ffffff[^]*prefers-color-scheme:dark[^]*fill:#161d1a/);
    assert.doesNotMatch(renderChart(reportOf(), { bare: true }), /<style/);
  });
});
