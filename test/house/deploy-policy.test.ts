import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { z } from 'zod';

const repository = path.resolve(__dirname, '..', '..', '..');
const actions = z.union([z.string(), z.array(z.string())]);
const policySchema = z.object({ Statement: z.array(z.object({ Action: actions })) });

/** Whether an action is one of a policy's, in which `*` stands for anything. */
const allows = (pattern: string, call: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(call);

it("the policy in docs/deploy.md has every call that the provider's code makes in a stack's life", () => {
  const page = readFileSync(path.join(repository, 'docs', 'deploy.md'), 'utf8');
  const [, json = ''] = /```json\n(\{[^]*?\n\})\n```/.exec(page) ?? [];
  const allowed = policySchema.parse(JSON.parse(json)).Statement.flatMap(({ Action }) => Action);
  const calls = readFileSync(path.join(repository, 'test', 'aws', 'api-calls.txt'), 'utf8')
    .trim()
    .split('\n');
  assert.ok(calls.length > 50);
  assert.deepEqual(
    calls.filter((call) => !allowed.some((pattern) => allows(pattern, call))),
    [],
  );
  // No call of its own: AWS asks for it where a host is given its role.
  assert.ok(allowed.includes('iam:PassRole'));
});
