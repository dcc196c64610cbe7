import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { DEPLOYMENT_BOOK } from '../../scenario/config/deployment';
import { BOOK } from '../../scenario/config/schema';
import { predictedFlowAlertMinute } from '../../scenario/flow-prediction';
import { resolveScenario } from '../../scenario/resolve';
import type { DemoMode } from '../../scenario/types';
import { CATALOG } from '../../services/catalog';
import { DOCUMENT_REQUESTS } from '../shop/documents';

const REPOSITORY = path.join(__dirname, '..', '..', '..');
const textOf = (file: string): string => readFileSync(path.join(REPOSITORY, file), 'utf8');
const page = textOf('docs/from-your-documents.md');

/** Every name and number that the documents have, by kind, with the documents it stands in. */
const { names: SEED_NAMES } = JSON.parse(textOf('test/house/seed-names.json')) as {
  names: Record<string, Record<string, string[]>>;
};
/** Where the page answers each kind. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  commands: ['Commands'],
  variables: ['Environment variables'],
  ports: ['Services and ports'],
  files: ['Files', 'The checklist'],
  indexes: ['Indexes, attributes, events'],
  attributes: ['Indexes, attributes, events'],
  paths: ['Endpoints'],
  fields: ['Bodies and answers'],
  code: ['Code and spans'],
  addresses: ['Addresses'],
  numbers: ['Numbers'],
};

interface Row {
  /** What the documents call it, each name in quotes of its own. */
  names: string[];
  /** What is said here. */
  here: string;
}
const quotedIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, found = '']) => found);
const sectionOf = (heading: string): string => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
function rowsOf(heading: string): Row[] {
  return [...sectionOf(heading).matchAll(/^\| (`.+?`) +\| (.+?) +\|$/gm)].map(
    ([, there = '', here = '']) => ({
      names: quotedIn(there),
      here,
    }),
  );
}
const allRows = [...new Set(Object.values(SECTIONS).flat())].flatMap(rowsOf);

/** `78.0%` and `78%`, `4,200 rpm` and `4200 RPM` are the same numbers. */
function normal(number: string): string {
  const [, digits = '', unit = ''] = /^([\d,.]+)\s*(.*)$/.exec(number) ?? [];
  return digits === '' ? number : `${String(Number(digits.replace(/,/g, '')))} ${unit.toLowerCase()}`;
}

describe('docs/from-your-documents.md', () => {
  for (const [kind, names] of Object.entries(SEED_NAMES)) {
    it(`has a row for each of the documents' ${kind}`, () => {
      const headings = SECTIONS[kind] ?? assert.fail(`no section for ${kind}`);
      const there = headings.flatMap(rowsOf).flatMap((row) => row.names);
      const sections = headings.map(sectionOf).join('\n');
      const isThere = (name: string): boolean => {
        if (kind === 'ports') return sections.includes(name);
        if (kind !== 'numbers') return there.some((shown) => shown.includes(name));
        // A range has both its ends.
        return there
          .flatMap((shown) => [shown, ...shown.split('-')])
          .some((shown) => normal(shown) === normal(name));
      };
      assert.deepEqual(
        Object.keys(names).filter((name) => !isThere(name)),
        [],
      );
    });
  }

  it('gives a reason for each difference', () => {
    const differing = allRows.filter(({ here }) => here.includes('**differs**'));
    assert.ok(differing.length > 10);
    for (const { names, here } of differing)
      assert.match(here, /\*\*differs\*\*( (in|at) [^:,]+)?[:,] .{10}/, names.join());
  });

  it('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = [...page.matchAll(/npm run ([a-z-]+)/g)].map(([, name = '']) => name);
    assert.ok(named.length > 5);
    for (const name of named) assert.ok(name in scripts, `npm run ${name}`);
  });

  it('gives keys of stack config for the variables, or says why there is none', () => {
    const keys = [...BOOK.documentedKeys(), ...DEPLOYMENT_BOOK.documentedKeys()].map(({ key }) => key);
    for (const { names, here } of rowsOf('Environment variables')) {
      const [key] = quotedIn(here);
      if (key !== undefined && /^[a-z][A-Za-z.]*$/.test(key))
        assert.ok(keys.includes(key), `${names.join()}: ${key}`);
      else
        assert.match(
          here,
          /\*\*differs\*\*|^the same|set by the program|not needed|pulumi stack output/,
          names.join(),
        );
    }
  });

  it('gives files that there are', () => {
    for (const { names, here } of [...rowsOf('Files'), ...rowsOf('Code and spans')]) {
      const files = quotedIn(here).filter((quoted) =>
        /^[\w.-]+(\/[\w.-]+)+$|^[A-Z]\w+(\.\w+)*$/.test(quoted),
      );
      assert.ok(
        files.length > 0 ||
          here.includes('itself') ||
          quotedIn(here).some((name) => existsSync(path.join(REPOSITORY, name))),
        names.join(),
      );
      for (const file of files)
        assert.ok(existsSync(path.join(REPOSITORY, file)), `${names.join()}: ${file}`);
    }
  });

  it("gives the catalog's ports", () => {
    const rows = rowsOf('Services and ports');
    for (const { name, port, shop } of CATALOG.filter((entry) => entry.shop)) {
      const wanted = name === 'payment' ? 'payment-service' : name;
      const here = rows.find(({ names }) => names.includes(wanted))?.here;
      assert.ok(shop && here?.startsWith(String(port)) === true, `${name}: ${here ?? 'no row'}`);
    }
  });

  it('has no route that is not asked for in a running shop', () => {
    const asked = new Set(DOCUMENT_REQUESTS.map(({ row }) => row));
    const rows = rowsOf('Endpoints').flatMap(({ names }) => names);
    assert.deepEqual([...asked].sort(), [...rows].sort());
  });

  it('names indexes, attributes and events that the services have', () => {
    const files = globSync('{services,scenario}/**/*.ts', { cwd: REPOSITORY }).filter(
      (file) => !file.endsWith('.test.ts'),
    );
    const source = files.map(textOf).join('\n');
    for (const { names, here } of rowsOf('Indexes, attributes, events'))
      if (here.startsWith('as there')) for (const name of names) assert.ok(source.includes(name), name);
  });

  it("has the documents' curve and alert by the prediction of what stack config resolves to", () => {
    const resolved = (demoMode: DemoMode) =>
      resolveScenario({ demoMode, traffic: { scale: 1 } }, { nowSeconds: 0 });
    const shown = (demoMode: DemoMode, minute: number): number =>
      resolved(demoMode).expectations[minute]?.predicted.errorRate ?? -1;
    for (const [mode, minute, errorRate] of [
      ['blackfriday', 0, 0],
      ['blackfriday', 5, 0.15],
      ['blackfriday', 10, 0.45],
      ['blackfriday', 15, 0.65],
      ['blackfriday', 20, 0.78],
      ['blackfriday-v3', 18, 0.05],
      ['blackfriday-v3', 22, 0.28],
      ['blackfriday-v3', 25, 0.35],
    ] as const)
      assert.ok(
        Math.abs(shown(mode, minute) - errorRate) < 0.03,
        `${mode} ${String(minute)}: ${String(shown(mode, minute))}`,
      );
    for (const mode of ['blackfriday', 'blackfriday-v3'] as const)
      assert.equal(predictedFlowAlertMinute(resolved(mode)), 22);
  });
});
