import path from 'node:path';
import { parseDemoArguments, type DemoOptions } from './arguments';
import { Conductor } from './conductor';
import { EXIT, Interrupted, messageOf, Refusal } from './faults';
import { Interruption } from './interruption';
import { totalLostRevenueUsd } from './lost-revenue';
import { lookAtLostRevenue, monitor, RunRecord, startOf } from './monitor';
import { ShopObserver } from './observation';
import { standardOutput, type Output } from './output';
import { preflight } from './preflight';
import { heal } from './recovery';
import { reportHead, type Report } from './report';
import { writeReport } from './report-files';
import { planRun, type RunPlan } from './run-plan';
import { openShop, type OpenShop } from './shop-process';
import { verdictOf } from './verdict';
import { verdictLines } from './verdict-lines';

/** The repository, seen from dist/cli. */
const REPOSITORY = path.join(__dirname, '..', '..');

/** `npm run demo`. Resolves with the exit code. */
async function main(): Promise<number> {
  const command = parseDemoArguments(process.argv.slice(2), {
    repositoryDir: REPOSITORY,
    cwd: process.env.INIT_CWD ?? process.cwd(),
  });
  if (command.kind === 'help') {
    process.stdout.write(command.text);
    return EXIT.ok;
  }
  const interruption = new Interruption((cause) => {
    output.line(`\n${cause}: stopping. Once more to end at once, without a heal.`);
  });
  const output = standardOutput(() => {
    interruption.request('the output was closed');
  });
  interruption.listen(() => {
    output.line('Ended without a heal: the run expires by itself, and the console then mends the indexes.');
  });
  return demo(command.options, interruption, output);
}

/** The whole show: a shop, the checks, the run, the heal, the report. */
async function demo(options: DemoOptions, interruption: Interruption, output: Output): Promise<number> {
  let open: OpenShop | null = null;
  try {
    open = await openShop(options, REPOSITORY, interruption, output);
    return await runAgainst(open, options, interruption, output);
  } catch (error) {
    // Nothing had begun, or it is healed by now.
    if (!(error instanceof Interrupted)) throw error;
    output.line('Interrupted before anything was changed.');
    return EXIT.interrupted;
  } finally {
    if (open?.startedHere === true) {
      output.line('Stopping the shop.');
      await open.close();
    }
  }
}

async function runAgainst(
  { shop }: OpenShop,
  options: DemoOptions,
  interruption: Interruption,
  output: Output,
): Promise<number> {
  const observer = new ShopObserver(shop);
  const conductor = new Conductor(shop.conductorUrl, output);
  const source = { projectDir: REPOSITORY, stack: options.stack };
  const { desired: found } = await conductor.readState();
  if (found === null) throw new Refusal('The database has no scenario yet: restart npm start.');
  // Bad options are told before ten seconds are spent on looking.
  planRun(options, source, found, Date.now() / 1000);
  const desired = await preflight({ shop, observer, conductor, interruption, output });
  const plan = planRun(options, source, desired, Date.now() / 1000);
  tellPlan(plan, output);

  const record = new RunRecord();
  let trouble: unknown = null;
  try {
    await conductor.begin(plan.override);
    tellLateStart(plan, output);
    await monitor(plan, record, { observer, interruption, output });
  } catch (error) {
    // Refused: somebody else's run, and nothing of ours to heal.
    if (error instanceof Refusal) throw error;
    trouble = error;
    if (!(error instanceof Interrupted)) output.line(`  ✗ ${messageOf(error)}`);
  }
  const healed = await heal(plan.scenario.runId, { conductor, observer, output });
  // Once more: the spans of the last checkouts have come since.
  await lookAtLostRevenue(plan, record, observer).catch((error: unknown) => {
    output.line(`  (lost revenue may be incomplete: ${messageOf(error)})`);
  });
  const minutes = record.lost.updated(record.minutes);
  const facts = {
    ...reportHead(plan.scenario, startOf(plan, plan.fromMinute)),
    minutes,
    lostRevenueUsd: totalLostRevenueUsd(minutes),
    load: record.seen.load(),
    baseline: record.windows,
    healed,
  };
  const report: Report = {
    ...facts,
    verdict: verdictOf(facts, reasonOf(trouble)),
  };
  for (const line of verdictLines(report)) output.line(line);
  if (options.report !== null) {
    const files = await writeReport(options.report, report);
    output.line(`Report: ${files.join(', ')}`);
  }
  if (trouble instanceof Interrupted) return healed.ok ? EXIT.interrupted : EXIT.failed;
  return report.verdict.ok ? EXIT.ok : EXIT.failed;
}

/** Why a run ended early; null when it did not. */
function reasonOf(trouble: unknown): string | null {
  if (trouble === null) return null;
  return trouble instanceof Interrupted ? trouble.cause : messageOf(trouble);
}

const ABLATED = { index: ', but the index stays', pool: ', but the pool stays large' } as const;

function tellPlan(
  { scenario, fromMinute, toMinute, durationMinutes, override }: RunPlan,
  output: Output,
): void {
  const { minuteSeconds } = scenario;
  const ablation = scenario.ablation === null ? '' : ABLATED[scenario.ablation];
  output.line(
    `Run ${scenario.runId}: ${scenario.title}${ablation}\n` +
      `  minutes ${fromMinute} to ${toMinute} of ${durationMinutes}, ${minuteSeconds} s each ` +
      `(${Math.ceil(((toMinute - fromMinute + 1) * minuteSeconds) / 60)} min), scale ${scenario.scale}, ` +
      `${scenario.catalogRows} products, pool ${scenario.pools.recommendation.max}\n` +
      `  ends by itself at ${new Date(override.expiresAt * 1000).toISOString()}`,
  );
}

/** Dropping an index waits for what uses it; traffic should not meet half an outage. */
function tellLateStart(plan: RunPlan, output: Output): void {
  const late = Date.now() / 1000 - startOf(plan, plan.fromMinute);
  if (late > 0)
    output.line(`  The indexes were dropped ${late.toFixed(1)} s into minute ${plan.fromMinute}.`);
}

main().then(
  (code) => {
    process.exit(code);
  },
  (error: unknown) => {
    const expected = error instanceof Refusal;
    process.stderr.write(
      `${expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(expected ? error.exitCode : EXIT.failed);
  },
);
