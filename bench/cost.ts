/**
 * What the shop costs: a start, a scan, a checkout, and how they grow, each as a ratio against something measured in the
 * same run (a hello-world server, the cheapest scan, a bare chain of services). Runs a shop of its own, on Linux.
 *
 * `npm run bench [-- --rows N] [--svg FILE]`: prints a table in Markdown, and draws it. Nothing of it is a test: it ends
 * with 0 whatever it finds.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TestShop } from '../test/harness';
import { measureCheckout } from './cost/checkout';
import { growthTableOf, tableOf } from './cost/figure';
import { pictureOf } from './cost/picture';
import { measureScan } from './cost/scan';
import { measureStart } from './cost/start';
import { runBench } from './run';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '500000' }, svg: { type: 'string' } },
});

async function main(): Promise<number> {
  const shop = new TestShop(`bench-${String(process.pid)}`, ['--rows', values.rows], 3000);
  try {
    shop.configure({ demoMode: 'normal' });
    await shop.start();
    await shop.stop();
    const start = await measureStart(shop, await shop.start());
    console.log(tableOf(start));
    const scan = await measureScan(shop);
    console.log(`\n${tableOf(scan.figures)}\n\n${growthTableOf([scan.growth])}`);
    const checkout = await measureCheckout(shop);
    console.log(`\n${tableOf(checkout.figures)}\n\n${growthTableOf([checkout.growth])}`);
    if (values.svg !== undefined) {
      const figures = [...scan.figures, ...checkout.figures];
      writeFileSync(values.svg, pictureOf(figures, 'Scan and checkout, as ratios'));
    }
    return 0;
  } finally {
    await shop.dispose();
  }
}

runBench(main);
