import { count } from '../../report/format';

/** What a figure should not exceed: its ratio, or what was measured itself, in the figure's own unit. */
export interface Goal {
  of: 'ratio' | 'cost';
  atMost: number;
}

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
  /** Null where the issue names none. */
  goal: Goal | null;
}

/** How a cost grows with something, as ratios against its first point. */
export interface Growth {
  name: string;
  /** What grows: `rows`. */
  of: string;
  points: { x: number; cost: number }[];
  unit: string;
}

/** What a part of the bench found. */
export interface Findings {
  title: string;
  figures: Figure[];
  growths: Growth[];
  /** What a reader has to know besides. */
  notes: string[];
}

export const ratioOf = ({ value, against }: Pick<Figure, 'value' | 'against'>): number => value / against;

/** Where a figure's ratio would be if it just met its goal; null without one. */
export function goalRatio({ goal, against }: Pick<Figure, 'goal' | 'against'>): number | null {
  if (goal === null) return null;
  return goal.of === 'ratio' ? goal.atMost : goal.atMost / against;
}

/** The table as Markdown. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, value, against, unit, digits, reference, goal } = figure;
    const amount = (number: number): string =>
      `${number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
    const [ratio, least] = [ratioOf(figure), goalRatio(figure)];
    const wanted =
      goal === null || least === null
        ? ''
        : `≤ ${goal.of === 'ratio' ? String(goal.atMost) : amount(goal.atMost)}: ${ratio <= least ? 'yes' : 'no'}`;
    return `| ${name} | ${amount(value)} | ${reference} | ${amount(against)} | ${ratio.toFixed(2)} | ${wanted} |`;
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
        `| ${name} | ${count(x)} ${of} | ${cost.toFixed(2)} ${unit} | × ${(x / first.x).toFixed(1)} | × ${(cost / first.cost).toFixed(2)} |`,
    );
  });
  return ['| what | at | cost | load | cost grows |', '|---|---:|---:|---:|---:|', ...rows].join('\n');
}

/** A part as a section of Markdown. */
export function sectionOf({ title, figures, growths, notes }: Findings): string {
  return [
    `### ${title}`,
    ...(figures.length === 0 ? [] : [tableOf(figures)]),
    ...(growths.length === 0 ? [] : [growthTableOf(growths)]),
    ...notes,
  ].join('\n\n');
}
