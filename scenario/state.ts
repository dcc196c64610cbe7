import { DocumentFault, overrideDocument, scenarioDocument } from './document';
import type { SqlExecutor } from './sql/executor';
import { stateQuery } from './sql/state';
import type { EffectiveScenario, Override, Scenario } from './types';

/** Both rows of the scenario state. */
export interface ScenarioState {
  desired: Scenario | null;
  override: Override | null;
}

/** The rows as they were read: with the override's revision, which a change of it has to name. */
export interface StoredState extends ScenarioState {
  overrideRevision: string | null;
  /** Of rows that hold no scenario, and therefore do not count. */
  faults: string[];
}

/** Reads desired and override row; an expired override does not count, nor a document that is no scenario. */
export async function readState(sql: SqlExecutor): Promise<StoredState> {
  const { rows } = await sql.query(stateQuery);
  const row = rows[0] ?? {};
  const faults: string[] = [];
  const valid = <T>(of: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DocumentFault)) throw error;
      faults.push(`the ${of} row holds no scenario: ${error.message}`);
      return null;
    }
  };
  const revision = (row.override_revision as string | null | undefined) ?? null;
  return {
    desired: row.desired == null ? null : valid('desired', () => scenarioDocument(row.desired)),
    overrideRevision: revision,
    override: revision === null ? null : valid('override', () => overrideOf(row)),
    faults,
  };
}

function overrideOf(row: Record<string, unknown>): Override {
  return overrideDocument({
    runId: row.run_id,
    mode: row.mode,
    startedBy: row.started_by,
    startTimestamp: Number(row.start_at),
    pausedAt: row.paused_at === null ? null : Number(row.paused_at),
    ablation: row.ablation,
    expiresAt: Number(row.expires_at),
    scenario: row.override,
  });
}

/** The override outranks the desired row; null before there is any. */
export function effectiveScenario({ desired, override }: ScenarioState): EffectiveScenario | null {
  if (override) {
    return {
      scenario: { ...override.scenario, runId: override.runId },
      source: 'override',
      startTimestamp: override.startTimestamp,
      pausedAt: override.pausedAt,
      expiresAt: override.expiresAt,
    };
  }
  if (!desired) return null;
  return {
    scenario: desired,
    source: 'desired',
    startTimestamp: desired.startTimestamp,
    pausedAt: null,
    expiresAt: null,
  };
}
