import { EXIT, Interrupted, messageOf, Refusal } from '../../machine/errors';
import { at, textAt } from '../../machine/json';
import type { Output } from '../../machine/terminal';
import { describeRun } from '../../scenario/override/store';
import { allOk, showChecks, type CheckResult } from '../checks/check';
import { runUnderWay, type BackupSummary } from './backup-format';

/** The server, of which everything on it is made anew with it. */
const SERVER = '**::host-server';

/** What the replacement of a host is done with. */
export interface ReplacementTools {
  output: Output;
  /** @throws Interrupted once the end was asked for */
  check: () => void;
  /** The stack's output `host`, as the last whole update left it. */
  host: () => Promise<unknown>;
  /** Writes orders and runs to the file. */
  backUp: () => Promise<BackupSummary>;
  /** Sets keys of stack config. */
  configure: (values: Readonly<Record<string, string>>) => Promise<void>;
  /** Updates the stack, and makes anew what the patterns name. */
  updateStack: (message: string, replaced: readonly string[]) => Promise<void>;
  /** Puts the file's rows into the new database. */
  restore: (summary: BackupSummary) => Promise<Pick<BackupSummary, 'tables'>>;
  /** The checks that verify it, under way. */
  verification: () => Promise<CheckResult>[];
}

/** What is to be replaced. */
export interface Replacement {
  stack: string;
  /** Where the backup goes. */
  file: string;
  /** Keys of stack config that the new host is made with. */
  settings: Readonly<Record<string, string>>;
}

/**
 * Makes another EC2 host and takes the data along: backup, config, update, restore, verification. Whatever fails, the
 * backup stays, and what is thrown has the command that goes on.
 *
 * @returns whether all that is verified holds
 * @throws Refusal before anything is touched, or with what is left to do
 */
export async function replaceHost(
  { stack, file, settings }: Replacement,
  tools: ReplacementTools,
): Promise<boolean> {
  const { output, check, host, backUp, configure, updateStack, restore, verification } = tools;
  const before = runningHost(stack, await host());
  output.line(`Stack ${stack}: another host instead of ${before}, with its orders`);
  const summary = await backUp();
  output.line(`  backup: ${rowsOf(summary)} in ${file}`);
  refuseRun(summary, file);
  check();
  const restoring = `npm run restore -- --target stack --stack ${stack} ${file}`;
  await goingOn(file, `pulumi up --stack ${stack} && ${restoring}`, async () => {
    if (Object.keys(settings).length > 0) {
      await configure(settings);
      for (const [key, value] of Object.entries(settings)) output.line(`  ${key} = ${value}`);
    }
    output.line(`  pulumi up --stack ${stack} --replace '${SERVER}': the database goes with the host`);
    await updateStack(`another host instead of ${before}`, [SERVER]);
    check();
  });
  const after = await goingOn(file, restoring, async () => {
    const now = runningHost(stack, await host());
    if (now === before) throw new Error(`the host is still ${before}`);
    output.line(`  ${before} → ${now}`);
    const { tables } = await restore(summary);
    for (const [name, { rows, sha256 }] of tables)
      output.line(`  ✓ ${name}: ${String(rows)} rows, sha256 ${sha256.slice(0, 16)}… as in the backup`);
    return now;
  });
  output.line('Verify');
  const good = allOk(await showChecks(verification(), output));
  output.line(
    good
      ? `✓ ${after} has taken over with ${rowsOf(summary)}; the backup stays: ${file}`
      : `✗ the data is back, but not all of it runs: what to do is said with each failure. The backup: ${file}`,
  );
  return good;
}

/** The id of the stack's host. @throws Refusal where there is none that could be asked for its data */
function runningHost(stack: string, host: unknown): string {
  const id = textAt(host, 'instanceId');
  if (id === null)
    throw new Refusal(
      `Stack ${stack} has no host of its own (target: aws): on another cluster the volumes are its own matter. Nothing was touched.`,
    );
  if (at(host, 'hostState') === 'stopped')
    throw new Refusal(
      `The hosts of stack ${stack} are parked, and a parked database cannot be backed up: ` +
        `pulumi config set hostState running --stack ${stack} && pulumi up --stack ${stack} first. Nothing was touched.`,
    );
  return id;
}

/** A run would end with the host, in the middle of somebody's show. */
function refuseRun({ header }: BackupSummary, file: string): void {
  const override = runUnderWay(header);
  if (override === null) return;
  throw new Refusal(
    `A run is under way: ${describeRun(override)}. End it first: npm run rollback -- --target stack --stack ${header.target.name}. ` +
      `Nothing was changed; a backup lies in ${file}.`,
  );
}

/** Does a part of it; its failure names the backup and the command that goes on. */
async function goingOn<T>(file: string, command: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Refusal(
      `${messageOf(error)}\nThe data is safe in ${file}. When that is mended, go on:\n  ${command}`,
      error instanceof Interrupted ? EXIT.interrupted : EXIT.failed,
    );
  }
}

function rowsOf({ tables }: BackupSummary): string {
  return [...tables].map(([name, { rows }]) => `${String(rows)} rows of ${name}`).join(', ');
}
