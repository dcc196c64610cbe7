/**
 * Compiles the shop file by file, without checking types (`npm test` does that): seconds where the compiler's full
 * run takes ten, and only files whose compiled twin is older. Run by setup.mjs, under the Node it installed, and
 * in the image's build stage with `--no-source-maps`.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const root = import.meta.dirname;
const { values: wanted } = parseArgs({
  options: { 'source-maps': { type: 'boolean', default: true } },
  allowNegative: true,
});
const CONFIG = join(root, 'tsconfig.build.json');
const { options, fileNames, errors } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(CONFIG, (file) => readFileSync(file, 'utf8')).config,
  ts.sys,
  root,
);
if (errors.length > 0) throw new Error(ts.formatDiagnostics(errors, ts.createCompilerHost(options)));

/** Faults of syntax, the only ones to be seen without types. @type {ts.Diagnostic[]} */
const faults = [];
const configTime = Math.max(statSync(CONFIG).mtimeMs, statSync(join(root, 'tsconfig.json')).mtimeMs);
for (const source of fileNames) {
  if (source.endsWith('.d.ts')) continue;
  const target = join(root, 'dist', source.slice(root.length).replace(/\.ts$/, '.js'));
  const changed = Math.max(statSync(source).mtimeMs, configTime);
  if (existsSync(target) && statSync(target).mtimeMs >= changed) continue;
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(readFileSync(source, 'utf8'), {
    compilerOptions: { ...options, sourceMap: wanted['source-maps'] },
    fileName: source,
    reportDiagnostics: true,
  });
  faults.push(...(diagnostics ?? []));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
  if (sourceMapText !== undefined) writeFileSync(`${target}.map`, sourceMapText);
}
if (faults.length > 0) {
  process.stderr.write(ts.formatDiagnosticsWithColorAndContext(faults, ts.createCompilerHost(options)));
  process.exit(1);
}
