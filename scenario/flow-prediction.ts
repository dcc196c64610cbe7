import { predictionOf, telltalesOf } from './causes/all';
import { evaluateFlowAlert, type FlowMinute } from './flow-alert';
import { FLOW_ATTRIBUTES, type Scenario } from './types';

/**
 * The demo minute with which the alert is predicted to fire; null if it never does: 22 in both presets, as the seeds
 * stage it, never without one of the causes.
 */
export function predictedFlowAlertMinute(scenario: Scenario): number | null {
  const { incidents } = evaluateFlowAlert(predictedFlowMinutes(scenario), scenario.flowAlert);
  return incidents[0]?.fromMinute ?? null;
}

/** What the alert will see of each minute, by the scenario's prediction. Counts of spans are of their kind 0 or 1. */
export function predictedFlowMinutes(scenario: Scenario): FlowMinute[] {
  const { timeoutMs } = predictionOf(scenario);
  return scenario.expectations.map((expected) => {
    const { errorRate, p95Ms, allP95Ms } = expected.predicted;
    const seen = telltalesOf(scenario, expected);
    return {
      minute: expected.minute,
      full: true,
      requests: expected.rpm,
      errorRate,
      p95Ms: observable(allP95Ms ?? p95Ms, timeoutMs),
      spans: Object.fromEntries(
        FLOW_ATTRIBUTES.map((name) => [
          name,
          seen.has(name) || (name === 'checkout.failed' && errorRate > 0) ? 1 : 0,
        ]),
      ),
    };
  });
}

/** A failed request counts as just its timeout in the simulation; in truth its timer is never early (ms). */
function observable(p95Ms: number | null, timeoutMs: number): number | null {
  return p95Ms !== null && Math.abs(p95Ms - timeoutMs) < 0.001 ? p95Ms + 1 : p95Ms;
}
