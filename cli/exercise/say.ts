import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { EXIT, hasCode, messageOf, Refusal } from '../../machine/errors';
import { getJson, postJson, type JsonAnswer } from '../../machine/http';
import { numberAt, parseJson, textAt, listAt, at } from '../../machine/json';
import { here } from '../../machine/options';
import { printableJson } from '../../machine/printable';
import type { Output } from '../../machine/terminal';
import { readDesk } from './desk';
import { answerSchema, MOST_ANSWER_BYTES } from './desk-server';
import { lastResult } from './results';

const TIMEOUT_MS = 10_000;

/** What is said to the desk: the path, and what goes along. */
export interface Saying {
  path: 'ack' | 'answer' | 'hint' | 'end' | 'status';
  body: unknown;
}

/**
 * Says something to the exercise under way, and prints what came of it.
 *
 * @returns the exit code
 * @throws Refusal when none is under way, or the desk refuses
 */
export async function say(
  saying: Saying,
  { dataDir, json }: { dataDir: string; json: boolean },
  output: Output,
): Promise<number> {
  const answer = await ask(saying, dataDir);
  if (answer.status !== 200)
    throw new Refusal(
      textAt(answer.body, 'error') ?? `The desk answers ${String(answer.status)}.`,
      answer.status === 400 ? EXIT.usage : EXIT.failed,
    );
  if (json) output.line(printableJson(answer.body));
  else for (const line of told(saying, answer.body)) output.line(line);
  return EXIT.ok;
}

async function ask({ path: name, body }: Saying, dataDir: string): Promise<JsonAnswer> {
  const desk = readDesk(dataDir);
  if (desk === null) {
    const last = lastResult(dataDir);
    throw new Refusal(
      `No exercise is under way${last === null ? '' : ` (the last one’s result: ${last})`}: npm run exercise begins one.`,
    );
  }
  const url = `${desk.url}/api/${name}`;
  try {
    return name === 'status'
      ? await getJson(url, { timeoutMs: TIMEOUT_MS })
      : await postJson(url, body, { timeoutMs: TIMEOUT_MS, token: desk.token });
  } catch (error) {
    if (!hasCode(error, 'ECONNREFUSED')) throw error;
    throw new Refusal(
      'The exercise’s process has ended without healing: npm run exercise heals, and begins another one; npm run rollback only heals.',
    );
  }
}

function told({ path: name }: Saying, body: unknown): string[] {
  if (name === 'hint') return [textAt(body, 'text') ?? '', `  (${String(numberAt(body, 'points'))} points)`];
  const answers = listAt(body, 'answers').map(String);
  const fault = textAt(body, 'configFault');
  return [
    `Exercise ${textAt(body, 'id') ?? ''}: ${String(numberAt(body, 'elapsed'))} of ${String(numberAt(body, 'limit'))} s; ` +
      `${at(body, 'acknowledged') === true ? 'acknowledged' : 'not acknowledged'}; ` +
      `${answers.length === 0 ? 'no answer yet' : `answered ${answers.join(', then ')}`}; hints ${String(numberAt(body, 'hints'))}`,
    ...(fault === null ? [] : [`The stack file is not applied: ${fault}`]),
  ];
}

/**
 * An answer from a JSON file.
 *
 * @throws Refusal (exit code 2) naming what is wrong
 */
export function readAnswer(file: string): z.infer<typeof answerSchema> {
  const place = path.resolve(here().cwd, file);
  let content: string;
  try {
    // Neither a pipe that nobody writes to, nor a device that never ends.
    const found = statSync(place);
    if (!found.isFile() || found.size > MOST_ANSWER_BYTES)
      throw new Error(`is no file of at most ${String(MOST_ANSWER_BYTES)} bytes`);
    content = readFileSync(place, 'utf8');
  } catch (error) {
    throw new Refusal(`${file}: ${messageOf(error)}`, EXIT.usage);
  }
  const read = answerSchema.safeParse(parseJson(content));
  if (!read.success)
    throw new Refusal(
      `${file} must be {"cause": "…", "why": "…"}: ${z.prettifyError(read.error)}`,
      EXIT.usage,
    );
  return read.data;
}
