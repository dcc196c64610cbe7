import { readFileSync } from 'node:fs';

/** A query of an answer-key page, and what it has to show. */
export interface AnswerStep {
  /** The heading it stands under. */
  heading: string;
  kind: 'sql' | 'http';
  query: string;
  expectations: string[];
}

/** The checked steps of a page: each SQL and HTTP block with the "Shows" line that follows it. */
export function answerSteps(file: string): AnswerStep[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const steps: AnswerStep[] = [];
  let heading = '';
  let block: { kind: string; lines: string[] } | null = null;
  let last: AnswerStep | null = null;
  let shows = '';
  const flush = (): void => {
    if (shows !== '') {
      if (last === null) throw new Error(`${file}: "Shows" without a query before it, under ${heading}`);
      last.expectations = [...shows.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
      last = null;
    }
    shows = '';
  };
  for (const line of lines) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence !== null && block === null) {
      flush();
      block = { kind: fence[1] ?? '', lines: [] };
    } else if (fence !== null && block !== null) {
      if (block.kind === 'sql' || block.kind === 'http') {
        last = { heading, kind: block.kind, query: block.lines.join('\n'), expectations: [] };
        steps.push(last);
      }
      block = null;
    } else if (block !== null) {
      block.lines.push(line);
    } else if (line.startsWith('#')) {
      flush();
      heading = line.replace(/^#+ /, '');
    } else if (line.startsWith('Shows: ') || (shows !== '' && line.trim() !== '')) {
      shows += ` ${line}`;
    } else if (line.trim() === '') {
      flush();
    }
  }
  flush();
  return steps;
}

/** What keeps an answer from showing what the page says; empty when it does. */
export function unmet(answer: unknown, expectations: readonly string[]): string[] {
  return expectations.filter((expectation) => !holds(answer, expectation));
}

function holds(answer: unknown, expectation: string): boolean {
  const match = /^(.+?) (=|<|>|>=|<=|contains) (.+)$/.exec(expectation);
  if (match === null) throw new Error(`"${expectation}" is no expectation`);
  const [, path = '', operator = '', literal = ''] = match;
  const found = valueAt(answer, path);
  const wanted = /^[a-z]+(\.[a-z]+)+$/i.test(literal) ? valueAt(answer, literal) : parse(literal);
  if (operator === 'contains') return String(found).includes(literal);
  if (operator === '=') return found === wanted;
  if (typeof found !== 'number' || typeof wanted !== 'number') return false;
  if (operator === '<') return found < wanted;
  if (operator === '>') return found > wanted;
  return operator === '<=' ? found <= wanted : found >= wanted;
}

function parse(literal: string): unknown {
  if (literal === 'null') return null;
  if (literal === 'true' || literal === 'false') return literal === 'true';
  const number = Number(literal);
  return Number.isNaN(number) ? literal : number;
}

/** `a.b`, `a[0]`, `a[key=value,…]` (the entry of a list), `a["key.with.dots"]`. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const [part] of path.matchAll(/[^.[\]]+(?=[.[]|$)|\["[^"]+"\]|\[[^\]]+\]/g)) {
    if (part.startsWith('["')) found = property(found, part.slice(2, -2));
    else if (/^\[\d+\]$/.test(part)) found = Array.isArray(found) ? found[Number(part.slice(1, -1))] : null;
    else if (part.startsWith('[')) found = entry(found, part.slice(1, -1));
    else found = property(found, part);
  }
  return found ?? null;
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !(key in value)) return null;
  return (value as Record<string, unknown>)[key];
}

function entry(value: unknown, conditions: string): unknown {
  const wanted = conditions.split(',').map((condition) => condition.split('='));
  const list: unknown[] = Array.isArray(value) ? value : [];
  return list.find((item) => wanted.every(([key = '', text]) => String(property(item, key)) === text));
}

/** The outage that a page is about, as it names it under its heading: stack config, and the demo minute to ask at. */
export function answerOutage(file: string): { minute: number; config: Record<string, unknown> } {
  const found = /<!-- The outage [^{]*minute (\d+) of: (\{.*\}) -->/.exec(readFileSync(file, 'utf8'));
  if (found === null) throw new Error(`${file} names no outage`);
  return { minute: Number(found[1]), config: JSON.parse(found[2] ?? '') as Record<string, unknown> };
}
