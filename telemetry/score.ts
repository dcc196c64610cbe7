import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Where the last evaluation is kept: written by the integration test with UPDATE_SCORE=1. */
export const SCORE_FILE = path.join(__dirname, '..', '..', 'telemetry', 'score.json');

/** A rule of the instrumentation score, and what it was found to be. */
export interface ScoredRule {
  id: string;
  impact: 'Critical' | 'Important' | 'Normal' | 'Low';
  criterion: string;
  passed: boolean;
  measured: string;
}

/** The last evaluation of a real run. */
export interface Score {
  score: number;
  rules: ScoredRule[];
}

/** Reads it. */
export function readScore(): Score {
  return JSON.parse(readFileSync(SCORE_FILE, 'utf8')) as Score;
}
