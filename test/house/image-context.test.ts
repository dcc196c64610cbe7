import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

/** What `.dockerignore` lets in again behind its `**`: files, and folders with all that is in them. */
function letIn(): string[] {
  const lines = readFileSync('.dockerignore', 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1).replace(/\/\*\*$/, ''));
}

/** What the image's build takes of this folder. */
function copied(): string[] {
  const copies = readFileSync('Dockerfile', 'utf8').matchAll(/^COPY (?!--from)(.+)$/gm);
  return [...copies].flatMap(([, names = '']) => names.split(' ').slice(0, -1));
}

it('gets to the image builder what the Dockerfile copies, and has no more of machine/ than that', () => {
  const allowed = letIn();
  const sources = copied();
  assert.ok(sources.length > 10);
  const missing = sources.filter(
    (source) => !allowed.some((name) => source === name || source.startsWith(`${name}/`)),
  );
  assert.deepEqual(missing, [], 'copied, and kept out by .dockerignore');
  const unused = allowed.filter((name) => name.startsWith('machine/') && !sources.includes(name));
  assert.deepEqual(unused, [], 'let in, and copied by nothing');
});
