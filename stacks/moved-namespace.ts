import * as pulumi from '@pulumi/pulumi';
import type { PastOutputs } from './past-outputs';

/** Warns where another namespace takes the place of the one that has the database: what is in a namespace goes with it. */
export async function warnOfMovedNamespace(past: PastOutputs, namespace: string): Promise<void> {
  const before = await past.value('namespace');
  if (typeof before !== 'string' || before === namespace) return;
  const stack = pulumi.getStack();
  void pulumi.log.warn(
    `This update makes everything anew (namespace ${before} → ${namespace}): the database is empty then. To keep the orders: ` +
      `npm run backup -- --target stack --stack ${stack} --out FILE before it, npm run restore -- --target stack --stack ${stack} FILE after it.`,
  );
}
