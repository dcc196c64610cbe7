import { LEAST_REQUESTS } from '../../report/limits';
import { LostRevenue } from '../../report/lost-revenue';
import type { BaselineWindows, ReportMinute, RunEvent } from '../../report/report';
import type { CohortStats, RunTelemetry } from '../observation/answers';
import { largest } from '../observation/replicas';
import { RunMinutes } from './run-minutes';

/** What was seen of a run, and goes on to be filled while it is watched. */
export class RunRecord {
  readonly minutes: ReportMinute[] = [];
  readonly seen = new RunMinutes();
  readonly lost = new LostRevenue();
  readonly windows: BaselineWindows = { catalogP95Ms: null, journeyP95Ms: null };
  /** Pauses, jumps, services that did not answer. */
  readonly events: RunEvent[] = [];
  /** The first minute of the flow alert; null while it has not fired. */
  flowAlertMinute: number | null = null;
  /** Highest load of this machine (processes waiting or running, one minute's mean). */
  machineLoad = 0;

  /** Takes in baseline's last minute: of each of its two percentiles the worst counts. */
  addWindows(catalog: RunTelemetry['catalog'], baseline: Pick<CohortStats, 'rpm' | 'p95Ms'>): void {
    const { windows } = this;
    if (catalog.requests >= LEAST_REQUESTS)
      windows.catalogP95Ms = largest([windows.catalogP95Ms, catalog.p95Ms]);
    if (baseline.rpm >= LEAST_REQUESTS)
      windows.journeyP95Ms = largest([windows.journeyP95Ms, baseline.p95Ms]);
  }
}
