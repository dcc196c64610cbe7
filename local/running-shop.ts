import type { DatabaseRole, ServiceName } from '../services/catalog';
import { dataFolder } from '../machine/data-folder';
import { isRunning } from '../machine/process-identity';
import { readRunState } from '../machine/run-file';

/** A shop another process runs. */
export interface FoundShop {
  /** Pid of its runner. */
  runner: number;
  /** `starting` until every service was ready once. */
  state: 'starting' | 'ready' | 'stopping';
  urls: Record<ServiceName, string>;
  adminToken: string;
  portOffset: number;
  databaseUrl: (role: DatabaseRole | 'superuser') => string;
  redis: { url: string; kind: string };
}

/** The shop that runs with a data folder, null when none does. A killed runner's left-overs do not count. */
export function findRunningShop(dataDir: string): FoundShop | null {
  const state = readRunState(dataFolder(dataDir).runFile);
  if (!state || !isRunning(state.runner)) return null;
  return {
    runner: state.runner.pid,
    state: state.state,
    urls: state.urls,
    adminToken: state.adminToken,
    portOffset: state.portOffset,
    databaseUrl: (role) => state.databaseUrls[role],
    redis: state.redis,
  };
}
