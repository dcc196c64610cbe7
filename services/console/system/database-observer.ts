import type { Client } from 'pg';
import { readIndexes, type FoundIndexes } from '../../../scenario/apply';
import { readState, type ScenarioState } from '../../../scenario/state';
import { oneAtATime } from '../../lib/background';
import { ObserverConnection } from '../../lib/queries/observer-connection';
import { summarizePlan } from '../../lib/queries/query-plan';
import { recommendationsQuery, USUAL_VALUES } from '../../lib/queries/recommendations-query';
import { messageOf } from '../../lib/errors';

const STATEMENT_TIMEOUT_MS = 3000;
/** A plan this cheap (planner's units) is run as well: an index scan of ten rows. A full scan never is. */
const CHEAP_COST = 1000;
/** And not more often than this (ms). */
const ANALYZE_EVERY_MS = 10_000;

/** A plan of the recommendation query, as PostgreSQL told it. */
export interface PlanSeen {
  /** ISO time of the last look. */
  at: string;
  indexUsed: string | null;
  fullTableScan: boolean;
  totalCost: number;
  /** EXPLAIN's text, line by line. */
  lines: string[];
  /** Whether the query was run for it (EXPLAIN ANALYZE): only where that is cheap. */
  analyzed: boolean;
}

/** What the database shows of itself, and when. */
export interface SystemSeen {
  /** Unix ms of the last answer; null before the first. */
  atMs: number | null;
  error: string | null;
  indexes: FoundIndexes | null;
  query: { text: string; values: (string | number)[] };
  /** The last plan seen with the index, and without it; null while there was none. */
  withIndex: PlanSeen | null;
  withoutIndex: PlanSeen | null;
  /** Which of the two is in force. */
  now: 'withIndex' | 'withoutIndex' | null;
}

const VALUES = [...USUAL_VALUES];

/**
 * Looks at what PostgreSQL really does, on a connection of its own: both scenario rows, which of the known indexes are
 * there, and how the recommendation query is planned at this moment. What was seen before the index went is kept, to compare.
 */
export class DatabaseObserver {
  private readonly connection: ObserverConnection;
  private analyzedMs = 0;
  private scenarioRows: ScenarioState | null = null;
  private readonly seen: SystemSeen = {
    atMs: null,
    error: null,
    indexes: null,
    query: { text: recommendationsQuery.text, values: VALUES },
    withIndex: null,
    withoutIndex: null,
    now: null,
  };

  constructor(
    connectionString: string,
    private readonly now: () => number = Date.now,
  ) {
    this.connection = new ObserverConnection(connectionString, 'console observer', {
      statement_timeout: STATEMENT_TIMEOUT_MS,
    });
  }

  /** What was seen last. */
  state(): SystemSeen {
    return this.seen;
  }

  /** Both scenario rows as last read; null before the first answer. */
  rows(): ScenarioState | null {
    return this.scenarioRows;
  }

  /**
   * Looks now; once more after the look under way, if there is one. Rejects while the database is away; what was seen
   * stays, with its age.
   */
  readonly look = oneAtATime(() => this.lookOnce(), { again: true });

  private async lookOnce(): Promise<void> {
    try {
      await this.connection.use(async (client) => {
        const state = await readState(client);
        // Of rows that hold no scenario the last good one counts.
        if (state.faults.length === 0 || this.scenarioRows === null) this.scenarioRows = state;
        this.seen.indexes = await readIndexes(client);
        await this.explain(client);
      });
      this.seen.atMs = this.now();
      this.seen.error = null;
    } catch (error) {
      this.seen.error = messageOf(error);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async explain(client: Client): Promise<void> {
    const planned = await client.query<{ 'QUERY PLAN': unknown }>(
      `explain (format json) ${recommendationsQuery.text}`,
      VALUES,
    );
    const plan = planned.rows[0]?.['QUERY PLAN'];
    const { indexUsed, fullTableScan } = summarizePlan(plan);
    const totalCost = costOf(plan);
    const key = fullTableScan ? 'withoutIndex' : 'withIndex';
    const isChange = this.seen.now !== key;
    const analyze =
      !fullTableScan &&
      totalCost < CHEAP_COST &&
      (isChange || this.now() - this.analyzedMs >= ANALYZE_EVERY_MS);
    // Between two looks the analysed text stays: the plan is the same.
    const keep = !analyze && !isChange && this.seen[key]?.analyzed === true;
    if (!keep) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain ${analyze ? '(analyze, timing off, summary on, buffers off) ' : ''}${recommendationsQuery.text}`,
        VALUES,
      );
      if (analyze) this.analyzedMs = this.now();
      this.seen[key] = {
        at: new Date(this.now()).toISOString(),
        indexUsed,
        fullTableScan,
        totalCost,
        lines: rows.map((row) => row['QUERY PLAN']),
        analyzed: analyze,
      };
    }
    this.seen.now = key;
  }
}

function costOf(plan: unknown): number {
  const cost = (plan as { Plan?: { 'Total Cost'?: unknown } }[])[0]?.Plan?.['Total Cost'];
  return typeof cost === 'number' ? cost : Number.POSITIVE_INFINITY;
}
