import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { documentedDeploymentKeys } from '../../scenario/config/deployment';
import { documentedKeys } from '../../scenario/config/schema';
import { CATALOG } from '../../services/catalog';
import { SEED_NAMES } from './seed-names';

const REPOSITORY = path.join(__dirname, '..', '..', '..');
const page = readFileSync(path.join(REPOSITORY, 'docs', 'from-your-documents.md'), 'utf8');

/** The rows of the page's tables, by heading: what the documents call it, and what is said here. */
function rowsOf(heading: string): [there: string, here: string][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^|]+)` +\| (.+?) +\|$/gm)].map(([, there = '', here = '']) => [
    there,
    here,
  ]);
}
const headings = Object.keys(SEED_NAMES);
const allRows = headings.flatMap(rowsOf);
const quotedIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, found = '']) => found);

describe('docs/from-your-documents.md', () => {
  for (const [heading, names] of Object.entries(SEED_NAMES)) {
    it(`has a row for each name of "${heading}", and no other`, () => {
      assert.deepEqual(
        rowsOf(heading)
          .map(([there]) => there)
          .sort(),
        [...names].sort(),
      );
    });
  }

  it('gives a reason for each difference', () => {
    for (const [there, here] of allRows.filter(([, text]) => text.includes('**differs**'))) {
      assert.match(here, /\*\*differs\*\*( in `[^`]+`)?[:,] .{10}/, there);
    }
  });

  it('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...page.matchAll(/npm run ([a-z-]+)/g)].map(([, name = '']) => name);
    assert.ok(named.length > 5);
    for (const name of named) assert.ok(name in scripts, `npm run ${name}`);
  });

  it('gives keys of stack config for the variables', () => {
    const keys = [...documentedKeys(), ...documentedDeploymentKeys()].map(({ key }) => key);
    for (const [there, here] of rowsOf('Environment variables')) {
      const [key] = quotedIn(here);
      if (key === undefined || !/^[a-z][A-Za-z.]*$/.test(key)) continue;
      assert.ok(keys.includes(key), `${there}: ${key}`);
    }
  });

  it('gives files that there are', () => {
    for (const [there, here] of rowsOf('Files')) {
      const [file] = quotedIn(here);
      if (file !== undefined) assert.ok(existsSync(path.join(REPOSITORY, file)), `${there}: ${file}`);
    }
  });

  it("gives the catalog's ports", () => {
    const rows = new Map(rowsOf('Services and ports'));
    for (const { name, port, shop } of CATALOG.filter((entry) => entry.shop)) {
      const here = rows.get(name === 'payment' ? 'payment-service' : name);
      assert.ok(shop && here?.startsWith(String(port)) === true, `${name}: ${here ?? 'no row'}`);
    }
  });

  it('names routes, indexes, attributes and events that the services have', () => {
    const files = globSync('{services,scenario}/**/*.ts', { cwd: REPOSITORY }).filter(
      (file) => !file.endsWith('.test.ts'),
    );
    const source = files.map((file) => readFileSync(path.join(REPOSITORY, file), 'utf8')).join('\n');
    for (const [there, here] of rowsOf('Indexes, attributes, events')) {
      if (here.startsWith('as there')) assert.ok(source.includes(there), there);
    }
    for (const [there] of rowsOf('Endpoints')) {
      const [method = '', route = ''] = there.split(' ');
      const pattern = route.replace('<cart_id>', ':id');
      assert.ok(
        source.includes(`.${method.toLowerCase()}('${pattern}'`) ||
          (route === '/health' && source.includes("'/health'")),
        there,
      );
    }
  });
});
