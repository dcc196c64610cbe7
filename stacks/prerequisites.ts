import * as pulumi from '@pulumi/pulumi';
import { Refusal } from '../machine/errors';

/** Something that has to be there before an update begins. */
type Prerequisite<T> = () => T | Promise<T>;

/**
 * Does all works, whatever one of them finds: an update says everything that it misses at once.
 *
 * @returns what they give
 * @throws pulumi.RunError with what each misses, and the command that looks at all of it
 */
export async function allAtOnce<T extends readonly unknown[]>(
  ...works: { [K in keyof T]: Prerequisite<T[K]> }
): Promise<T> {
  const results = await Promise.allSettled(works.map((work) => Promise.resolve().then(work)));
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (reasons.length === 0)
    return results.map((result) => (result.status === 'fulfilled' ? result.value : null)) as unknown as T;
  throw new pulumi.RunError(describe(reasons.map(messageOf)));
}

/** The text of what an operator can put right. @throws any other error: it is ours */
function messageOf(reason: unknown): string {
  if (pulumi.RunError.isInstance(reason) || reason instanceof Refusal) return reason.message;
  throw reason;
}

function describe(missing: readonly string[]): string {
  const doctor = `npm run doctor -- --stack ${pulumi.getStack()}`;
  const [only = ''] = missing;
  if (missing.length === 1) return `${withEnd(only)}\nAll that an update needs: ${doctor}`;
  return [
    `${missing.length} things are missing; nothing was touched.`,
    ...missing.map((each, index) => `${index + 1}. ${withoutEnd(each).replaceAll('\n', '\n   ')}`),
    `Each with its command: ${doctor} (with --fix it sets what is safe).`,
  ].join('\n');
}

const END = ' Nothing was touched.';
const withoutEnd = (text: string): string => text.replace(END, '');
const withEnd = (text: string): string => (/nothing was touched/i.test(text) ? text : `${text}${END}`);
