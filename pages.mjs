/**
 * Lays out what the two pages serve in dist/services/<service>/public: the page's own files, those that both share
 * (services/lib/public) and what the console takes from uPlot, each beside its compressed twins, so that no request
 * compresses anything. Only what has changed is made anew. Run by setup.mjs after compile.mjs, and by the image's build.
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

const root = import.meta.dirname;
/** Smaller than this (bytes) nothing is gained. */
const COMPRESS_FROM = 400;
const TWINS = {
  '.br': (/** @type {Buffer} */ content) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  '.gz': (/** @type {Buffer} */ content) => promisify(gzip)(content, { level: 9 }),
};

/** Every file below a folder, by its path there; tests are no part of a page. @param {string} folder */
function filesOf(folder) {
  const found = globSync('**/*.{html,css,js,svg}', {
    cwd: folder,
    exclude: (path) => path.endsWith('.test.js'),
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
  ['frontend', []],
])) {
  const folder = join(root, 'dist/services', service, 'public');
  const files = [...shared, ...filesOf(join(root, 'services', service, 'public')), ...more];
  await Promise.all(files.map(([path, source]) => layOut(source, join(folder, path))));
  const wanted = new Set(
    files.flatMap(([path]) => ['', ...Object.keys(TWINS)].map((twin) => join(path) + twin)),
  );
  for (const path of globSync('**/*.*', { cwd: folder })) if (!wanted.has(path)) rmSync(join(folder, path));
}
