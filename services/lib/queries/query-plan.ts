/** The parts of PostgreSQL's `EXPLAIN (FORMAT JSON)` that are read here. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Plan Rows': number;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** What a plan does with the table. */
export interface PlanSummary {
  /** The index it reads; null without one. */
  indexUsed: string | null;
  fullTableScan: boolean;
  /** Rows the scan returned or filtered out; null unless the plan was run (ANALYZE). */
  actualRowsScanned: number | null;
}

/** All nodes of a plan, depth first. */
function nodes(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}

/** Reads the answer of `EXPLAIN (FORMAT JSON)`: `[{ "Plan": … }]`. */
export function summarizePlan(explained: unknown): PlanSummary {
  const root = (explained as { Plan: PlanNode }[])[0]?.Plan;
  if (!root) throw new Error('EXPLAIN answered without a plan');
  const all = nodes(root);
  const scan = all.find((node) => node['Node Type'] === 'Seq Scan');
  const index = all.find((node) => node['Index Name'] !== undefined);
  const scanned = scan ?? index;
  return {
    indexUsed: index?.['Index Name'] ?? null,
    fullTableScan: scan !== undefined,
    actualRowsScanned: scanned?.['Actual Rows'] === undefined ? null : rowsOf(scanned),
  };
}

function rowsOf(node: PlanNode): number {
  const perLoop =
    (node['Actual Rows'] ?? 0) +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0);
  return Math.round(perLoop * (node['Actual Loops'] ?? 1));
}
