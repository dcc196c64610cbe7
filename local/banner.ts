import path from 'node:path';
import { dataFolder } from '../machine/data-folder';
import { CATALOG } from '../services/catalog';
import type { RunningShop } from './shop';

/** The table of URLs and what to do next, shown once when the shop is ready. */
export function banner(shop: RunningShop): string {
  const { runFile, logs } = dataFolder(shop.dataDir);
  const others = CATALOG.filter(({ name }) => !['frontend', 'console', 'load-generator'].includes(name));
  const rows: [string, string][] = [
    ['Storefront', shop.urls.frontend],
    ['Console', `${shop.urls.console}  (the presenter's page)`],
    ['Load generator', `${shop.urls['load-generator']}/admin/traffic-stats  (needs the token)`],
    ['Health', `${shop.urls.frontend}/health  (every service has /health)`],
    ...others.map(({ name }): [string, string] => [`  ${name}`, shop.urls[name]]),
    ['PostgreSQL', `${withoutPassword(shop.databaseUrl('shop_app'))}  (database ecommerce)`],
    ['Redis', shop.redisKind],
    ['Admin token', `"adminToken" in ${runFile}`],
    ['Logs', logs],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
    '',
    `  Start the outage:  set ecommerce-demo:demoMode to blackfriday in ${path.basename(shop.stackFile)}  (back to normal heals)`,
    '  or run it, graded: npm run demo',
    '  Stop:              Ctrl-C',
    '',
  ].join('\n');
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.toString();
}
