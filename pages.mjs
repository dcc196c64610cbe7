/**
 * Lays out what the two pages serve in dist/services/<service>/public: the page's own files, those that both share
 * (services/lib/public), what the console takes from uPlot, and the storefront's telemetry as one file, each beside its
 * compressed twins, so that no request compresses anything. Only what has changed is made anew. Run by setup.mjs after
 * compile.mjs, and by the image's build.
 */
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'esbuild';

const root = import.meta.dirname;
/** Smaller than this (bytes) nothing is gained. */
const COMPRESS_FROM = 400;
/** Folder of a page's telemetry, and the name of the file made from it. */
const TELEMETRY = 'telemetry';
const TWINS = {
  '.br': (/** @type {Buffer} */ content) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  '.gz': (/** @type {Buffer} */ content) => promisify(gzip)(content, { level: 9 }),
};

/** Every file below a folder, by its path there; tests, and what is bundled, are no part of a page. @param {string} folder */
function filesOf(folder) {
  const found = globSync('**/*.{html,css,js,svg}', {
    cwd: folder,
    exclude: (path) => path.endsWith('.test.js') || path === TELEMETRY,
  });
  return found.map((path) => /** @type {const} */ ([path, join(folder, path)]));
}

/** uPlot under its version: a browser may keep it for good. */
function vendor() {
  const folder = dirname(dirname(createRequire(import.meta.url).resolve('uplot')));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return /** @type {const} */ ([
    [`vendor/uplot-${version}.css`, join(folder, 'dist/uPlot.min.css')],
    [`vendor/uplot-${version}.js`, join(folder, 'dist/uPlot.iife.min.js')],
  ]);
}

/** The storefront's telemetry with OpenTelemetry's packages in one file, which a page imports. */
async function bundle() {
  const outfile = join(root, 'dist/services/frontend', `${TELEMETRY}.js`);
  const { outputFiles } = await build({
    entryPoints: [join(root, 'services/frontend/public', TELEMETRY, 'main.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const content = outputFiles[0]?.contents ?? new Uint8Array();
  mkdirSync(dirname(outfile), { recursive: true });
  // Its time is what the compressed twins are known by.
  if (!existsSync(outfile) || !readFileSync(outfile).equals(content)) writeFileSync(outfile, content);
  return /** @type {const} */ ([[`${TELEMETRY}.js`, outfile]]);
}

/** @param {string} source @param {string} target */
async function layOut(source, target) {
  const { mtime } = statSync(source);
  if (existsSync(target) && statSync(target).mtimeMs === mtime.getTime()) return;
  const content = readFileSync(source);
  mkdirSync(dirname(target), { recursive: true });
  for (const [extension, compress] of Object.entries(TWINS)) {
    if (content.length >= COMPRESS_FROM) writeFileSync(target + extension, await compress(content));
    else rmSync(target + extension, { force: true });
  }
  // Last, with its source's time: a run that ends before it is repeated.
  writeFileSync(target, content);
  utimesSync(target, mtime, mtime);
}

const shared = filesOf(join(root, 'services/lib/public'));
for (const [service, more] of /** @type {const} */ ([
  ['console', vendor()],
  ['frontend', await bundle()],
])) {
  const folder = join(root, 'dist/services', service, 'public');
  const files = [...shared, ...filesOf(join(root, 'services', service, 'public')), ...more];
  await Promise.all(files.map(([path, source]) => layOut(source, join(folder, path))));
  const wanted = new Set(
    files.flatMap(([path]) => ['', ...Object.keys(TWINS)].map((twin) => join(path) + twin)),
  );
  for (const path of globSync('**/*.*', { cwd: folder })) if (!wanted.has(path)) rmSync(join(folder, path));
}
