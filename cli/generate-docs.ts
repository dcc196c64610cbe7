import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderConfigPage } from '../scenario/config/docs-page';
import { coralogixPages } from './coralogix/definitions';
import { EXIT } from '../machine/errors';

/** Pages made from code, by their path in the repository. */
const PAGES: Readonly<Record<string, () => string>> = {
  'docs/config.md': renderConfigPage,
  ...Object.fromEntries(Object.entries(coralogixPages()).map(([name, text]) => [name, () => text])),
};

/** `npm run docs`: writes the pages; with `--check` fails when one is outdated. Returns the exit code. */
function main(argv: readonly string[]): number {
  const unknown = argv.filter((argument) => argument !== '--check');
  if (unknown.length > 0) {
    process.stderr.write(`${unknown.join(' ')}: unknown option. Usage: npm run docs [-- --check]\n`);
    return EXIT.usage;
  }
  const repository = path.join(__dirname, '..', '..');
  let code: number = EXIT.ok;
  for (const [name, render] of Object.entries(PAGES)) {
    const file = path.join(repository, name);
    const text = render();
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    if (argv.includes('--check')) {
      process.stderr.write(`${name} is outdated: run npm run docs\n`);
      code = EXIT.failed;
      continue;
    }
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`wrote ${name}\n`);
  }
  return code;
}

process.exitCode = main(process.argv.slice(2));
