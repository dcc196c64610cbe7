/**
 * Puts the packages that services load most modules of into one file each beside the compiled tree: in dist/node_modules,
 * where Node looks first for what compiled code asks for. A service then finds, reads and runs five modules instead of five
 * hundred. What is instrumented by its path (pg, ioredis, pino) stays where it is. Without these files everything works as
 * well, and starts slower. Run after compile.mjs by setup.mjs, by `npm run build` and by the image's build.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const root = import.meta.dirname;
const dist = join(root, 'dist');
const target = join(dist, 'node_modules');

/**
 * Families of packages, each a file: all that services ask for of one, since two copies of a package would not know each
 * other's contexts and classes. Those whose packages come as modules are taken as such, and lose what nobody uses.
 * @type {Readonly<Record<string, { modules: boolean }>>}
 */
const FAMILIES = {
  zod: { modules: true },
  '@opentelemetry': { modules: true },
  express: { modules: false },
  undici: { modules: false },
  '@bufbuild': { modules: false },
};
/** Found by its path when it is loaded, or mostly tables that are never read. */
const OUTSIDE = ['pg', 'ioredis', 'pino', 'iconv-lite', '@grpc/grpc-js'];

/** What services ask for of a family. @param {string} family */
function askedOf(family) {
  const pattern = new RegExp(`\\brequire\\(["'](${family}(?:/[\\w-]+)*)["']\\)`, 'g');
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name))),
  ].sort();
}

/** @param {string} family @param {boolean} modules */
async function bundle(family, modules) {
  const names = askedOf(family);
  const file = join(target, `${family.replace('@', '')}.bundle.js`);
  const contents = names.map((name, index) =>
    modules
      ? `export * as p${index} from ${JSON.stringify(name)};`
      : `exports.p${index} = require(${JSON.stringify(name)});`,
  );
  await build({
    stdin: { contents: contents.join('\n'), resolveDir: root },
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    ...(modules ? { conditions: ['import'] } : {}),
    external: OUTSIDE,
    minifyWhitespace: true,
    legalComments: 'eof',
    logLevel: 'warning',
  });
  for (const [index, name] of names.entries()) {
    const place = join(target, name, 'index.js');
    mkdirSync(dirname(place), { recursive: true });
    const path = relative(dirname(place), file).replaceAll('\\', '/');
    writeFileSync(place, `module.exports = require(${JSON.stringify(path)}).p${index};\n`);
  }
}

const texts = globSync('services/**/*.js', {
  cwd: dist,
  exclude: (path) => path.endsWith('.test.js') || path === 'public',
}).map((file) => readFileSync(join(dist, file), 'utf8'));
rmSync(target, { recursive: true, force: true });
await Promise.all(Object.entries(FAMILIES).map(([family, { modules }]) => bundle(family, modules)));
