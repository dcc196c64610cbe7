import { percent } from '../format';
import type { ExerciseEnd, ExerciseFacts } from './facts';
import { MOST_POINTS, type ExerciseGrade } from './grade';
import { between } from './health';
import { cell, factTable } from '../markdown-table';

const ENDS: Readonly<Record<ExerciseEnd, string>> = {
  answered: 'it was answered and needed no more',
  ended: 'the participant ended it',
  'time-over': 'the time was over',
  interrupted: 'it was interrupted',
};
/** Length of a line of the course (s). */
const LINE_SECONDS = 10;

/** An exercise's result, for who did it and who trains him: it tells the answer. */
export function renderExercise(facts: ExerciseFacts, grade: ExerciseGrade): string {
  const { truth } = facts;
  return [
    `# Exercise ${facts.id}: ${grade.passed ? 'passed' : 'not passed'}, ${String(grade.points)} of 100 points`,
    '',
    ...factTable([
      ['What it was', truth.answer],
      ['Cause', truth.cause === null ? 'none: a false alarm' : `\`${truth.cause}\` (mode \`${truth.mode}\`)`],
      ['Remedy', truth.remedy ?? 'nothing is to be mended'],
      ['Seed', String(facts.seed)],
      ['For', facts.forWhom],
      [
        'Began',
        `${facts.startedAt}; a demo minute took ${String(facts.minuteSeconds)} s, scale ${String(facts.scale)}`,
      ],
      ['Ended', `after ${seconds(facts.endedAt)} of ${seconds(facts.limit)}: ${ENDS[facts.end]}`],
      ['The shop', facts.healed?.ok === true ? 'healed and verified' : 'NOT verified as healed'],
    ]),
    '',
    '## Points',
    '',
    ...pointsOf(grade),
    '',
    '## Times',
    '',
    'From the first failing or slow checkouts on' +
      (grade.onset === null
        ? ' (there were none: from when there would have been).'
        : ` (${seconds(grade.onset)} after the beginning).`),
    '',
    ...factTable([
      ['Detected', seconds(grade.detectSeconds)],
      ['Diagnosed', seconds(grade.diagnoseSeconds)],
      ['Mitigated', seconds(grade.mitigateSeconds)],
    ]),
    '',
    '## What was said and done',
    '',
    ...deeds(facts),
    '',
    '## How the shop was',
    '',
    ...course(facts),
    '',
  ].join('\n');
}

/** One line for a terminal. */
export function exerciseLine({ passed, points, cause, remedy }: ExerciseGrade): string {
  return `${passed ? 'PASSED' : 'NOT PASSED'}: ${String(points)} of 100 points; cause ${cause}, remedy ${remedy}`;
}

function pointsOf({ parts, cause, remedy, collateral }: ExerciseGrade): string[] {
  const { restarted, dropped, changed, baseline } = collateral;
  const harm = [
    ...(restarted.length > 0 ? [`restarted ${restarted.join(', ')}`] : []),
    ...(dropped.length > 0 ? [`dropped ${dropped.join(', ')}`] : []),
    ...(changed.length > 0 ? [`changed in vain ${changed.join(', ')}`] : []),
    `baseline ${String(baseline.errors)} of ${String(baseline.requests)} failed`,
  ];
  const of = (points: number, most: number): string => `${String(points)} of ${String(most)}`;
  return [
    '| | points | |',
    '|---|---:|---|',
    `| Cause | ${of(parts.cause, MOST_POINTS.cause)} | ${cause} |`,
    `| Remedy | ${of(parts.remedy, MOST_POINTS.remedy)} | ${remedy} |`,
    `| Speed | ${of(parts.speed, MOST_POINTS.speed)} | of diagnosis and remedy |`,
    `| Care | ${of(parts.care, MOST_POINTS.care)} | ${cell(harm.join('; '))} |`,
    `| Hints | ${String(parts.hints)} | |`,
    `| Wrong answers | ${String(parts.wrongAnswers)} | |`,
  ];
}

function deeds({ acknowledged, answers, hints, interventions }: ExerciseFacts): string[] {
  const all = [
    ...(acknowledged === null ? [] : [{ at: acknowledged, text: 'said that something is the matter' }]),
    ...answers.map(({ at, cause, why }) => ({
      at,
      text: `answered \`${cause}\`${why === null ? '' : `: ${why}`}`,
    })),
    ...hints.map((at, index) => ({ at, text: `asked for hint ${String(index + 1)}` })),
    ...interventions,
  ].sort((a, b) => a.at - b.at);
  return all.length === 0 ? ['Nothing.'] : all.map(({ at, text }) => `- ${seconds(at)}: ${cell(text)}`);
}

function course({ samples }: ExerciseFacts): string[] {
  const lines: string[] = [
    '| until | checkouts | failed | p95 | baseline failed |',
    '|---:|---:|---:|---:|---:|',
  ];
  let from = samples[0];
  for (const sample of samples) {
    if (from === undefined || (sample.at - from.at < LINE_SECONDS && sample !== samples.at(-1))) continue;
    const { requests, errors } = between(from, sample);
    const p95 = sample.demoP95Ms === null ? '–' : `${String(Math.round(sample.demoP95Ms))} ms`;
    lines.push(
      `| ${seconds(sample.at)} | ${String(requests)} | ${requests === 0 ? '–' : percent(errors / requests)} | ${p95} | ${String(sample.baseline.errors - from.baseline.errors)} |`,
    );
    from = sample;
  }
  return lines;
}

function seconds(value: number | null): string {
  return value === null ? 'never' : `${value.toFixed(0)} s`;
}
