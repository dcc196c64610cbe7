import { LATE_AFTER_MS, type DropReason } from '../schedule/scheduler';
import { Latency } from './latency';
import type { ErrorKind, Outcome } from '../journeys/outcome';

/** Counts of journeys and their latencies, of one group over some span of time. */
export class Tally {
  scheduled = 0;
  started = 0;
  late = 0;
  declined = 0;
  /** Answered and no error; the declined ones are among them. */
  completed = 0;
  errors = 0;
  readonly dropped: Record<DropReason, number> = { overdue: 0, in_flight: 0, missed: 0 };
  readonly errorKinds: Record<ErrorKind, number> = {
    timeout: 0,
    transport: 0,
    server_error: 0,
    client_error: 0,
  };
  /** From the scheduled start to the end of the answer, of every journey that ended, failed ones included (ms). */
  readonly latency = new Latency();
  readonly startLag = new Latency();

  countScheduled(): void {
    this.scheduled += 1;
  }

  countStarted(lagMs: number): void {
    this.started += 1;
    if (lagMs > LATE_AFTER_MS) this.late += 1;
    this.startLag.record(lagMs);
  }

  countDropped(reason: DropReason): void {
    this.dropped[reason] += 1;
  }

  countEnded(outcome: Outcome, latencyMs: number): void {
    this.latency.record(latencyMs);
    if (outcome.result === 'error') {
      this.errors += 1;
      this.errorKinds[outcome.kind] += 1;
      return;
    }
    this.completed += 1;
    if (outcome.result === 'declined') this.declined += 1;
  }

  /** Journeys that ended, one way or the other. */
  get ended(): number {
    return this.completed + this.errors;
  }

  get droppedTotal(): number {
    return this.dropped.overdue + this.dropped.in_flight + this.dropped.missed;
  }

  /** Share of the ended journeys that failed, 0…1; 0 when none ended. */
  get errorRate(): number {
    return this.ended === 0 ? 0 : this.errors / this.ended;
  }

  /** Adds another tally. */
  add(other: Tally): void {
    this.scheduled += other.scheduled;
    this.started += other.started;
    this.late += other.late;
    this.declined += other.declined;
    this.completed += other.completed;
    this.errors += other.errors;
    for (const reason of Object.keys(this.dropped) as DropReason[])
      this.dropped[reason] += other.dropped[reason];
    for (const kind of Object.keys(this.errorKinds) as ErrorKind[])
      this.errorKinds[kind] += other.errorKinds[kind];
    this.latency.add(other.latency);
    this.startLag.add(other.startLag);
  }
}
