import { flowAlertOutcome } from './flow-alert-grade';
import { dollars, percent } from './format';
import { healedEarlier } from './lost-revenue';
import { bandText } from './limits';
import type { Report } from './report';

/** The verdict for a person. A run that was not held against the curve is never called as promised. */
export function verdictLines(report: Report): string[] {
  const { verdict, minutes, minuteSeconds, lostRevenueUsd, healed } = report;
  const { ok, graded, failures, notes } = verdict;
  const earlier = healedEarlier(report);
  const points = graded ? minutes.filter(({ demo }) => demo.graded) : [];
  const recovered =
    healed === null
      ? 'the heal was not looked at'
      : `recovered ${healed.timeToRecoverSeconds ?? 0} s after the heal began`;
  return [
    'Verdict',
    ...(points.length === 0 ? [] : [`  Target minutes, ${bandText(minuteSeconds)}:`]),
    ...points.map(
      ({ minute, demo }) =>
        `    minute ${minute}: ${percent(demo.errorRate)} seen, ${percent(demo.target.errorRate)} wanted, ` +
        `${percent(demo.predicted.errorRate)} predicted`,
    ),
    `  Flow alert: ${flowAlertOutcome(report)}`,
    `  Lost revenue: ${dollars(lostRevenueUsd)}`,
    ...(earlier === null ? [] : [`  Had it been healed at the end of: ${earlier}`]),
    ...notes.map((note) => `  ${note}`),
    ...failures.map((failure) => `  ✗ ${failure}`),
    ...(ok ? [graded ? `  ✓ as promised, and ${recovered}` : `  No other check failed; ${recovered}`] : []),
  ];
}
