/** What work costs, read from Linux: CPU time of processes, medians of rounds. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Clock ticks of /proc's times, a constant of Linux on every platform Node runs on (ms). */
const TICK_MS = 10;

/** User and system time of a process so far, its threads included (ms); NaN when it is gone, or off Linux. */
function processCpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the command's name, which may hold anything: state is the first field, utime the twelfth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}

/** The same of several processes together. */
export function cpuMs(pids: readonly number[]): number {
  return pids.reduce((total, pid) => total + processCpuMs(pid), 0);
}

/** CPU time of processes for some work (ms): what they do in as much time without it (timers, other requests) is taken off. */
export async function cpuOfWork(pids: readonly number[], work: () => Promise<unknown>): Promise<number> {
  const [before, startedAt] = [cpuMs(pids), performance.now()];
  await work();
  const took = performance.now() - startedAt;
  const idleBefore = cpuMs(pids);
  const used = idleBefore - before;
  await delay(took);
  return used - (cpuMs(pids) - idleBefore);
}

/** CPU time of a single-threaded process so far, as finely as the scheduler counts it (ms); NaN off Linux. */
export function schedulerCpuMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
