/**
 * Removes compiled files whose source has been moved or deleted: neither compiler does, and a test among them would go on
 * running. Needs no dependency and any Node from 18 on, as setup.mjs does.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes them below `<root>/dist`.
 *
 * @param {string} root the repository
 * @returns {string[]} the removed files, as paths below dist, without their source maps
 */
export function removeOrphans(root) {
  /** @type {string[]} */
  const removed = [];
  /** @param {string} folder below dist; what `public` and `node_modules` hold is made by pages.mjs and bundles.mjs, not compiled */
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, 'dist', folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !['public', 'node_modules'].includes(entry.name)) walk(path);
      if (!entry.isFile() || !path.endsWith('.js') || existsSync(join(root, path.replace(/\.js$/, '.ts'))))
        continue;
      for (const twin of [path, `${path}.map`]) rmSync(join(root, 'dist', twin), { force: true });
      removed.push(path);
    }
  };
  if (existsSync(join(root, 'dist'))) walk('');
  return removed;
}
