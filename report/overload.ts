import { wholeMilliseconds } from './format';
import type { RunFacts } from './report';
import { sleptText } from './slept';

/** A start lag (p99, ms) from which the machine is called overloaded. */
const LAG_MS = 100;
/** Processes per core from which it is busy. */
const LOAD_PER_CORE = 1.5;

/** How busy the machine was, in words; null when it was not, or is not this one. */
export function busyMachine(machine: RunFacts['machine']): string | null {
  if (machine === null || machine.load / machine.cores <= LOAD_PER_CORE) return null;
  return `load ${machine.load.toFixed(1)} on ${machine.cores} cores`;
}

/** Why the load may not have been what it should have been; null when it was. */
export function overloadOf(
  facts: Pick<RunFacts, 'load' | 'machine' | 'scale' | 'events' | 'ranOn'>,
): string | null {
  const { load, machine, scale } = facts;
  if (load === null) return null;
  const signs = [
    load.dropped > 0 && `${load.dropped} of ${load.scheduled} starts were dropped`,
    (load.startLagP99Ms ?? 0) > LAG_MS && `start lag p99 ${wholeMilliseconds(load.startLagP99Ms)}`,
  ].filter((sign) => sign !== false);
  if (signs.length === 0) return null;
  const slept = sleptText(facts);
  if (slept !== null) return `${signs.join(', ')}: ${slept}`;
  const busy = busyMachine(machine);
  const where = busy === null ? '' : ` (${busy})`;
  return `${signs.join(', ')}: this machine is overloaded${where}, use --scale ${smallerScale(scale)}`;
}

/** A scale that carries less: about 40 %, in one digit. */
export function smallerScale(scale: number): number {
  return Number((scale * 0.4).toPrecision(1));
}
