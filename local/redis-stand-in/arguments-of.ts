import { CommandFault } from './reply';

/** A whole number of a command. @throws CommandFault as Redis says it */
export function integerArgument(text: string | undefined): number {
  const value = text !== undefined && /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new CommandFault('ERR value is not an integer or out of range');
  return value;
}

/** A score; `inf`, `+inf`, `-inf` too. @throws CommandFault as Redis says it */
export function scoreArgument(text: string | undefined): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text ?? '');
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value)) throw new CommandFault('ERR value is not a valid float');
  return value;
}

/** A score as Redis writes it. */
export function scoreText(score: number): string {
  if (score === Infinity) return 'inf';
  return score === -Infinity ? '-inf' : String(score);
}

/** Slice bounds from Redis's inclusive ones, where negative numbers count from the end. */
export function rangeBounds(start: number, stop: number, length: number): [number, number] {
  const from = start < 0 ? Math.max(0, length + start) : start;
  const to = stop < 0 ? length + stop : Math.min(stop, length - 1);
  return [from, Math.max(from, to + 1)];
}
