/** One line of the bench's table. */
export interface Figure {
  name: string;
  /** What was measured, and what it is held against, measured in the same run. */
  value: number;
  against: number;
  unit: string;
  /** Decimals of value and against. */
  digits: number;
  /** What it is held against, in words. */
  reference: string;
  /** The largest ratio that is wanted; null where the issue names none. */
  goal: number | null;
}

/** How a cost grows with something, as ratios against its first point. */
export interface Growth {
  name: string;
  /** What grows: `rows`. */
  of: string;
  points: { x: number; cost: number }[];
  unit: string;
}

export const ratioOf = ({ value, against }: Pick<Figure, 'value' | 'against'>): number => value / against;

/** The table as Markdown. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, value, against, unit, digits, reference, goal } = figure;
    const ratio = ratioOf(figure);
    const wanted = goal === null ? '' : `≤ ${String(goal)}: ${ratio <= goal ? 'yes' : 'no'}`;
    return `| ${name} | ${value.toFixed(digits)} ${unit} | ${reference} | ${against.toFixed(digits)} ${unit} | ${ratio.toFixed(2)} | ${wanted} |`;
  });
  return ['| what | cost | against | cost | ratio | goal |', '|---|---:|---|---:|---:|---|', ...rows].join(
    '\n',
  );
}

/** How costs grow, as Markdown: each point's cost, and how many times it grew for how many times the load. */
export function growthTableOf(growths: readonly Growth[]): string {
  const rows = growths.flatMap(({ name, of, points, unit }) => {
    const [first] = points;
    if (first === undefined) return [];
    return points.map(
      ({ x, cost }) =>
        `| ${name} | ${x.toLocaleString('en-US')} ${of} | ${cost.toFixed(2)} ${unit} | × ${(x / first.x).toFixed(1)} | × ${(cost / first.cost).toFixed(2)} |`,
    );
  });
  return ['| what | at | cost | load | cost grows |', '|---|---:|---:|---:|---:|', ...rows].join('\n');
}
