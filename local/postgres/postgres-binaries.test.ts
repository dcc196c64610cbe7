import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { makeLinks } from './postgres-binaries';
import { canReach } from './postgres-user';

describe("PostgreSQL's programs", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'postgres-binaries-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('get the library links that a skipped install script did not make, once', () => {
    // Also in a copy that is not called `native`.
    const native = path.join(folder, 'postgres-binaries');
    mkdirSync(path.join(native, 'lib'), { recursive: true });
    writeFileSync(path.join(native, 'lib', 'libpq.so.5.18'), 'library');
    writeFileSync(
      path.join(native, 'pg-symlinks.json'),
      JSON.stringify(
        ['libpq.so', 'libpq.so.5'].map((name) => ({
          source: 'native/lib/libpq.so.5.18',
          target: `native/lib/${name}`,
        })),
      ),
    );
    assert.equal(makeLinks(native), 2);
    assert.equal(readlinkSync(path.join(native, 'lib', 'libpq.so')), 'libpq.so.5.18');
    assert.equal(readFileSync(path.join(native, 'lib', 'libpq.so.5'), 'utf8'), 'library');
    assert.equal(makeLinks(native), 0);
  });

  it('are out of reach for a user behind a closed folder', () => {
    const stranger = { name: 'stranger', uid: 54321, gid: 54321 };
    const inside = path.join(folder, 'clone', '.data', 'postgres');
    mkdirSync(inside, { recursive: true });
    for (const open of [folder, path.join(folder, 'clone'), path.dirname(inside)]) chmodSync(open, 0o711);
    assert.equal(canReach(stranger, inside), true);
    chmodSync(path.join(folder, 'clone'), 0o700);
    assert.equal(canReach(stranger, inside), false);
    assert.equal(canReach(stranger, path.join(folder, 'missing', 'x')), false);
  });
});
