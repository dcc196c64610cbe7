import { allOk, runCheck, showChecks, type CheckResult } from './checks/check';
import type { CheckContext } from './checks/context';
import { checkBaseline } from './checks/baseline';
import { checklistOf, pointLines, type ChecklistPoint } from './checks/checklist';
import { checkContext, describeEffective, readEffective } from './checks/effective';
import { checkBrowse, checkCheckout, testRequest } from './checks/journeys';
import { checkHealth, checkInstances } from './checks/platform';
import { askPresenter, noteOf, terminalAsk, type SeenPoint } from './checks/presenter';
import { checkIndexes, checkPool } from './checks/state';
import { checkServiceMap, checkTelemetryArrives, checkTraceDepth } from './checks/telemetry';
import { checkVendor } from './checks/vendor';
import { addPresenterNotes } from './control/presenter-notes';
import { accountOf } from './coralogix/links';
import { runCommand } from '../machine/command';
import { EXIT, messageOf } from '../machine/errors';
import { Interruption } from '../machine/interruption';
import { listAt, textAt } from '../machine/json';
import { withTarget } from './outage/heal-left-open';
import { errorOutput, standardOutput, type Output } from '../machine/terminal';
import { printableJson } from '../machine/printable';
import { flag, command, type OptionsOf } from '../machine/options';
import type { ShopObserver } from './observation/shop-observer';
import { describeTarget, type Target } from './target/target';
import { positionAt } from '../scenario/timeline';
import { KEEP, TARGET_OPTIONS } from './target/target-options';

/** How long baseline is watched (s). */
const BASELINE_SECONDS = 120;
const QUICK_SECONDS = 15;
/** Services may have just begun (ms). */
const PATIENCE_MS = 20_000;
const QUICK_PATIENCE_MS = 12_000;

const VALIDATE = command({
  name: 'validate',
  about:
    'Checks that the shop is whole: what runs, what it answers, what its telemetry shows, and what is configured.',
  options: {
    ...TARGET_OPTIONS,
    keep: KEEP,
    quick: flag(`watch baseline for ${QUICK_SECONDS} s instead of ${BASELINE_SECONDS} s`),
    checklist: flag(
      "then seed 003's six points for the vendor's screens, one by one: what is to be seen, where, by which filter; what you saw goes into the run's report",
    ),
    json: flag('the result as JSON on standard output'),
  },
  notes: `Each check that fails says what to do, and where docs/troubleshooting.md has more. It places one order (user validate).

Exit codes: 0 all well, 1 a check failed or the shop was not found, 2 bad options, 130 interrupted.`,
});
type ValidateOptions = OptionsOf<typeof VALIDATE>;

async function main(options: ValidateOptions): Promise<number> {
  const output = options.json ? errorOutput : standardOutput(() => process.exit(EXIT.failed));
  const interruption = new Interruption(() => output.line('Interrupted.')).listen();
  const validation = await validate(options, interruption, output);
  if (options.json) process.stdout.write(`${printableJson(validation)}\n`);
  return validation.ok ? EXIT.ok : EXIT.failed;
}

/** @returns what `--json` prints */
async function validate(options: ValidateOptions, interruption: Interruption, output: Output) {
  return withTarget(options, output, async (target) => {
    const effective = readEffective(target);
    effective.catch(() => undefined);
    const patienceMs = options.quick ? QUICK_PATIENCE_MS : PATIENCE_MS;
    const context = { ...checkContext(target, patienceMs, interruption, output), effective: () => effective };
    const mode = await effective.then(
      (found) => describeEffective(found, Date.now() / 1000),
      (error: unknown) => {
        output.line(messageOf(error));
        return null;
      },
    );
    const seconds = options.quick ? QUICK_SECONDS : BASELINE_SECONDS;
    output.line(
      `Validate ${describeTarget(target)} (${target.shopUrl}), mode ${mode ?? 'unknown'}; ${seconds} s`,
    );
    const checks = await showChecks(begin(context, seconds), output, () => interruption.check());
    const ok = allOk(checks);
    const failures = checks.filter(({ state }) => state === 'failed').length;
    output.line(
      ok ? '✓ all is well' : `✗ ${failures} of ${checks.length} checks failed: what to do is said with each`,
    );
    const checklist = options.checklist
      ? await goThrough(target, context.observer, output, options.json)
      : null;
    return {
      target: target.kind,
      name: target.name,
      shopUrl: target.shopUrl,
      at: new Date().toISOString(),
      /** What the shop follows; null when the database does not tell. */
      mode,
      ok,
      checks,
      /** null unless it was asked for. */
      checklist,
    };
  });
}

/** The checklist: point by point where somebody can answer, else as a whole. */
async function goThrough(
  target: Target,
  observer: ShopObserver,
  output: Output,
  json: boolean,
): Promise<(ChecklistPoint | SeenPoint)[]> {
  // The outage may have begun, or ended, while the checks were made.
  const effective = await readEffective(target);
  const now = Date.now() / 1000;
  const traces = await observer.get('console', '/api/traces?traffic=demo&limit=1').catch(() => null);
  const points = checklistOf({
    effective,
    now,
    consoleUrl: target.consoleUrl,
    address: await accountOf(target),
    traceId: textAt(listAt(traces, 'traces')[0], 'traceId'),
  });
  output.line(`Checklist, ${describeEffective(effective, now)}`);
  if (!process.stdin.isTTY) {
    for (const [index, point] of points.entries())
      for (const line of pointLines(point, index)) output.line(line);
    output.line(
      'Nobody can answer here: look at each point, or run npm run validate -- --checklist in a terminal, which records what you see.',
    );
    return points;
  }
  const { ask, close } = terminalAsk(json ? process.stderr : process.stdout);
  const seen = await askPresenter(points, ask, output).finally(close);
  const { runId } = effective.scenario;
  const minute = Math.max(0, Math.floor(positionAt(effective, now).minute ?? 0));
  const at = new Date().toISOString();
  addPresenterNotes(
    target.dataDir,
    runId,
    seen.map((point) => ({ minute, at, text: noteOf(point) })),
  );
  output.line(
    `${seen.length} of ${points.length} points seen, ${seen.filter(({ differs }) => differs !== null).length} differ: noted for the report of run ${runId}`,
  );
  return seen;
}

/** All checks, under way at once: the slowest, baseline, decides how long it takes. */
function begin(context: CheckContext, seconds: number): Promise<CheckResult>[] {
  const request = testRequest();
  const checkout = runCheck('checkout', () => checkCheckout(context, request));
  return [
    runCheck('instances', () => checkInstances(context)),
    runCheck('health', () => checkHealth(context)),
    runCheck('vendor-endpoint', () => checkVendor(context)),
    runCheck('browse', () => checkBrowse(context)),
    checkout,
    runCheck('telemetry-arrives', () => checkTelemetryArrives(context)),
    checkout.then(() => runCheck('trace-depth', () => checkTraceDepth(context, request))),
    checkout.then(() => runCheck('service-map', () => checkServiceMap(context))),
    runCheck('indexes', () => checkIndexes(context)),
    runCheck('pool', () => checkPool(context)),
    runCheck('baseline', () => checkBaseline(context, seconds)),
  ];
}

runCommand(VALIDATE, main);
