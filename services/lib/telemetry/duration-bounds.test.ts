import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DURATION_BOUNDS } from './duration-bounds';

/** The q-quantile as Prometheus' histogram_quantile reads it from the buckets. */
function quantileOf(values: readonly number[], q: number): number {
  const rank = q * values.length;
  let seen = 0;
  for (const [index, high] of DURATION_BOUNDS.entries()) {
    const low = DURATION_BOUNDS[index - 1] ?? 0;
    const count = values.filter((value) => value > low && value <= high).length;
    if (count > 0 && seen + count >= rank) return low + ((high - low) * (rank - seen)) / count;
    seen += count;
  }
  return DURATION_BOUNDS.at(-1) ?? 0;
}

describe('the bounds of duration histograms', () => {
  it('have all that the convention advises', () => {
    for (const advised of [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]) {
      assert.ok(DURATION_BOUNDS.includes(advised), String(advised));
    }
    assert.deepEqual(
      DURATION_BOUNDS,
      [...new Set(DURATION_BOUNDS)].sort((a, b) => a - b),
    );
  });

  for (const timeout of [2.013, 2.55, 3.3, 5.01]) {
    it(`read waits that end at ${String(timeout)} s within 5 %`, () => {
      const values = [...Array<number>(300).fill(0.2), ...Array<number>(700).fill(timeout)];
      const read = quantileOf(values, 0.95);
      assert.ok(Math.abs(read / timeout - 1) <= 0.05, String(read));
    });
  }
});
