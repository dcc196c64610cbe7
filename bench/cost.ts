/**
 * What the shop costs: a start, a scan, a checkout, and how they grow, each as a ratio against something measured in the
 * same run (a hello-world server, the cheapest scan, a bare chain of services). Runs a shop of its own, on Linux, for
 * some seven minutes.
 *
 * `npm run bench [-- --only PART …] [--rows N] [--markdown FILE …] [--svg FILE]`: prints tables in Markdown; puts them into
 * files, between the marks `<!-- bench -->` and `<!-- /bench -->`; draws them. What it does meanwhile is said on standard error.
 * Nothing of it is a test: it ends with 0 whatever it finds, with 2 where something could not be measured.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { messageOf } from '../machine/errors';
import { TestShop } from '../test/harness';
import { measureCheckout } from './cost/checkout';
import { measureConsole } from './cost/console';
import { sectionOf, type Findings } from './cost/figure';
import { measureGrowth } from './cost/growth';
import { pictureOf } from './cost/picture';
import { measureScan } from './cost/scan';
import { measureStart, memoryOf } from './cost/start';
import { runBench } from './run';

const PARTS: Readonly<Record<string, (shop: TestShop) => Promise<Findings>>> = {
  start: measureStart,
  scan: measureScan,
  checkout: measureCheckout,
  growth: measureGrowth,
  console: measureConsole,
};
const MARKED = /(?<=<!-- bench -->\n)[\s\S]*(?=<!-- \/bench -->)/;
/** What everything may take once it has worked (MB). */
const MOST_MEMORY_MB = 1200;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: Object.keys(PARTS) },
    rows: { type: 'string', default: '500000' },
    markdown: { type: 'string', multiple: true, default: [] },
    svg: { type: 'string' },
  },
});

async function main(): Promise<number> {
  const unknown = values.only.filter((name) => !(name in PARTS));
  if (unknown.length > 0)
    throw new Error(`no part ${unknown.join(', ')}: one of ${Object.keys(PARTS).join(', ')}`);
  const shop = new TestShop(`bench-${process.pid}`, ['--rows', values.rows], 3000);
  const found: Findings[] = [];
  try {
    shop.configure({ demoMode: 'normal' });
    for (const [name, measure] of Object.entries(PARTS)) {
      if (!values.only.includes(name)) continue;
      // The first part is about the start itself.
      if (name !== 'start' && shop.runFile() === null) await shop.start();
      const findings = await measure(shop).catch((error: unknown) => failed(name, error));
      found.push(findings);
      console.log(`${sectionOf(findings)}\n`);
      if (shop.runFile() === null) await shop.start();
    }
    const worked: Findings = {
      title: 'After all of this',
      figures: [await memoryOf(shop, 'memory of everything after the work', MOST_MEMORY_MB)],
      growths: [],
      notes: [],
    };
    console.log(sectionOf(worked));
    found.push(worked);
    const text = `${found.map(sectionOf).join('\n\n')}\n`;
    for (const path of values.markdown)
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(MARKED, () => `\n${text}\n`),
      );
    if (values.svg !== undefined) writeFileSync(values.svg, pictureOf(found));
    return Number(process.exitCode ?? 0);
  } finally {
    await shop.dispose();
  }
}

/** A part that could not be measured says so in its place: the others are not lost with it. */
function failed(name: string, error: unknown): Findings {
  process.exitCode = 2;
  return { title: name, figures: [], growths: [], notes: [`Not measured: ${messageOf(error)}`] };
}

runBench(main);
