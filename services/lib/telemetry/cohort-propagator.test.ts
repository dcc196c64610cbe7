import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultTextMapGetter, defaultTextMapSetter, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { cohortOf, contextWithCohort, type Cohort } from '../cohort';
import { COHORT_KEY_HEADER, CohortPropagator } from './cohort-propagator';

const COHORT: Cohort = { trafficType: 'demo', runId: 'blackfriday-1-1000', minute: 22, phase: 'catastrophe' };

function sentBy(propagator: CohortPropagator): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(contextWithCohort(ROOT_CONTEXT, COHORT), headers, defaultTextMapSetter);
  return headers;
}
const received = (propagator: CohortPropagator, headers: Record<string, string>) =>
  cohortOf(propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter));

describe("a cohort's way from process to process", () => {
  const ours = new CohortPropagator('the key');

  it('is believed with the key', () => {
    assert.deepEqual(received(ours, sentBy(ours)), COHORT);
  });

  it("is nobody's who has no key, or another one", () => {
    const forged = { baggage: String(sentBy(ours).baggage) };
    assert.equal(received(ours, forged), null);
    assert.equal(received(ours, { ...forged, [COHORT_KEY_HEADER]: '' }), null);
    for (const other of ['another key', 'the kez'])
      assert.equal(received(ours, sentBy(new CohortPropagator(other))), null, other);
  });

  it('is believed by nobody who was not given the key', () => {
    assert.equal(received(new CohortPropagator(undefined), sentBy(ours)), null);
    assert.equal(received(new CohortPropagator(''), { ...sentBy(ours), [COHORT_KEY_HEADER]: '' }), null);
    assert.deepEqual(sentBy(new CohortPropagator(undefined)), {});
  });

  it('brings nothing but the cohort along', () => {
    const headers = sentBy(ours);
    headers.baggage = `${String(headers.baggage)},user.email=a%40b.example`;
    const context = ours.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    assert.deepEqual(
      propagation
        .getBaggage(context)
        ?.getAllEntries()
        .map(([name]) => name),
      ['traffic.type', 'demo.run_id', 'demo.minute', 'demo.phase'],
    );
  });
});
