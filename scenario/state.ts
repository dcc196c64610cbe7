import type { SqlExecutor } from './sql/executor';
import { stateQuery } from './sql/state';
import type { Ablation, DemoMode, EffectiveScenario, Override, Scenario } from './types';

/** Both rows of the scenario state. */
export interface ScenarioState {
  desired: Scenario | null;
  override: Override | null;
}

/** The rows as they were read: with the override's revision, which a change of it has to name. */
export interface StoredState extends ScenarioState {
  overrideRevision: string | null;
}

/** Reads desired and override row; an expired override does not count. */
export async function readState(sql: SqlExecutor): Promise<StoredState> {
  const { rows } = await sql.query(stateQuery);
  const row = rows[0] ?? {};
  const revision = row.override_revision as string | null | undefined;
  return {
    desired: row.desired == null ? null : scenarioOf(row.desired),
    overrideRevision: revision ?? null,
    override:
      revision == null
        ? null
        : {
            runId: String(row.run_id),
            mode: row.mode as DemoMode,
            startedBy: String(row.started_by),
            startTimestamp: Number(row.start_at),
            pausedAt: row.paused_at === null ? null : Number(row.paused_at),
            ablation: row.ablation as Ablation | null,
            expiresAt: Number(row.expires_at),
            scenario: scenarioOf(row.override),
          },
  };
}

/** A stored document. One that was written before `shownMinutes` was part of it shows all its minutes. */
function scenarioOf(document: unknown): Scenario {
  const stored = document as Omit<Scenario, 'shownMinutes'> & { shownMinutes?: number };
  return { ...stored, shownMinutes: stored.shownMinutes ?? stored.durationMinutes };
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
