import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { cohortOf, contextWithCohort, trafficTypeOfPath, type Cohort } from './cohort';

describe('cohort', () => {
  it('survives the way through baggage', () => {
    const cohort: Cohort = {
      trafficType: 'demo',
      runId: 'blackfriday-1-1000',
      minute: 22,
      phase: 'catastrophe',
    };
    assert.deepEqual(cohortOf(contextWithCohort(ROOT_CONTEXT, cohort)), cohort);
  });

  it('has no minute and phase outside a run', () => {
    const cohort: Cohort = { trafficType: 'baseline', runId: 'normal', minute: null, phase: null };
    assert.deepEqual(cohortOf(contextWithCohort(ROOT_CONTEXT, cohort)), cohort);
  });

  it('is none without baggage, or with a foreign traffic type', () => {
    assert.equal(cohortOf(ROOT_CONTEXT), null);
    const foreign = propagation.createBaggage({ 'traffic.type': { value: 'canary' } });
    assert.equal(cohortOf(propagation.setBaggage(ROOT_CONTEXT, foreign)), null);
  });

  it('is none without a run id: half a cohort is not passed on', () => {
    const half = propagation.createBaggage({ 'traffic.type': { value: 'demo' } });
    assert.equal(cohortOf(propagation.setBaggage(ROOT_CONTEXT, half)), null);
  });

  it('of a request without baggage follows from its route', () => {
    assert.equal(trafficTypeOfPath('/api/checkout'), 'demo');
    assert.equal(trafficTypeOfPath('/products/recommendations?category=electronics'), 'demo');
    assert.equal(trafficTypeOfPath('/products?category=electronics'), 'baseline');
    assert.equal(trafficTypeOfPath('/'), 'baseline');
  });
});
