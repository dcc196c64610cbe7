/** A linear axis: values to pixels. */
export type Scale = (value: number) => number;

/** Maps `from…to` to the pixels `first…last`. */
export function linearScale(from: number, to: number, first: number, last: number): Scale {
  const span = to === from ? 1 : to - from;
  return (value) => first + ((value - from) / span) * (last - first);
}

/** Round steps for an axis from 0 that holds `largest`: at most six, each 1, 2, 2.5 or 5 times a power of ten. */
export function ticksUpTo(largest: number): number[] {
  const rough = Math.max(largest, Number.MIN_VALUE) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const count = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: Math.max(1, count) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

/** Whole minutes to name on the axis: at most about sixteen, at round distances. */
export function minuteTicks(first: number, last: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((candidate) => (last - first) / candidate <= 15) ?? 500;
  const begin = Math.ceil(first / step) * step;
  return Array.from({ length: Math.floor((last - begin) / step) + 1 }, (_, index) => begin + index * step);
}
