import { percent } from './format';
import { bandOf, ended } from './limits';
import { busyMachine, overloadOf } from './overload';
import type { Deviation, ReportMinute, RunFacts } from './report';
import { sleptMinutes } from './slept';

/** Share of the band from which a graded minute is explained. */
const NOTABLE = 0.5;

/** What differs from what was wanted, minute by minute, each with the likely reason. */
export function deviationsOf(facts: RunFacts): Deviation[] {
  return [...loadDeviations(facts), ...minuteDeviations(facts), ...baselineDeviations(facts)];
}

function loadDeviations(facts: RunFacts): Deviation[] {
  const overload = overloadOf(facts);
  if (overload !== null) return [{ what: 'the load was not offered on time', reason: overload }];
  const busy = busyMachine(facts.machine);
  if (busy === null) return [];
  return [
    {
      what: `the machine was busy: ${busy}`,
      reason: 'the shop and whatever else ran wanted more than its cores; starts still came on time',
    },
  ];
}

function minuteDeviations(facts: RunFacts): Deviation[] {
  const band = bandOf(facts.minuteSeconds);
  return facts.minutes.flatMap((minute) => {
    const { demo } = minute;
    const difference = demo.errorRate - demo.target.errorRate;
    if (!demo.graded || Math.abs(difference) <= NOTABLE * band) return [];
    return [
      {
        what:
          `minute ${minute.minute}: ${percent(demo.errorRate)} seen, ${percent(demo.target.errorRate)} wanted ` +
          `(${difference > 0 ? '+' : ''}${(difference * 100).toFixed(1)} points` +
          `${Math.abs(difference) > band ? ', outside the band' : ''})`,
        reason: reasonOf(facts, minute, difference, band),
      },
    ];
  });
}

/** The likeliest reason first: what is known to have happened, then what was predicted, then chance, then the machine. */
function reasonOf(facts: RunFacts, minute: ReportMinute, difference: number, band: number): string {
  const { demo } = minute;
  const requests = ended(demo);
  if (requests === 0) return 'no checkout was seen: the load generator was away';
  const near = nearEvent(facts, minute.minute);
  if (near !== null) return near;
  const overload = overloadOf(facts);
  if (overload !== null) return overload;
  const predicted = demo.predicted.errorRate - demo.target.errorRate;
  if (Math.abs(predicted) > NOTABLE * band && Math.sign(predicted) === Math.sign(difference)) {
    return (
      `the simulation predicts ${percent(demo.predicted.errorRate)} too: at scale ${facts.scale} and ` +
      `${facts.minuteSeconds} s a minute the pool and the waits come in whole connections and reach over the minute's border`
    );
  }
  // Of n independent checkouts; two standard deviations.
  const chance = 2 * Math.sqrt((demo.target.errorRate * (1 - demo.target.errorRate)) / requests);
  if (Math.abs(difference) <= chance) {
    return `chance: a minute of ${requests} checkouts varies by ± ${(chance * 100).toFixed(1)} points`;
  }
  const busy = busyMachine(facts.machine);
  if (busy !== null) return `queries and services had to wait for a core: ${busy}`;
  return 'not known: look at the scan times of that minute in the console';
}

function baselineDeviations(facts: RunFacts): Deviation[] {
  const slept = sleptMinutes(facts);
  return facts.minutes
    .filter(({ minute, baseline }) => baseline.errors > 0 && !slept.has(minute))
    .map(({ minute, baseline }) => ({
      what: `minute ${minute}: ${baseline.errors} of ${ended(baseline)} baseline journeys failed`,
      reason: nearEvent(facts, minute) ?? 'not known: look at their traces',
    }));
}

/** What happened about a minute; null when nothing did. */
function nearEvent({ events }: RunFacts, minute: number): string | null {
  const near = events.find((event) => Math.abs(event.minute - minute) <= 1);
  return near === undefined ? null : `minute ${near.minute}: ${near.text}`;
}
