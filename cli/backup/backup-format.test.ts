import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { queryObjects } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import { resolveScenario } from '../../scenario/resolve';
import { BackupWriter, readBackup, type BackupHeader, type Row } from './backup-format';
import { backupFile } from './backup-place';
import { Refusal } from '../../machine/errors';

const folder = mkdtempSync(path.join(tmpdir(), 'ecommerce-demo-backup-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const header: BackupHeader = {
  format: 'ecommerce-demo-backup',
  version: 1,
  createdAt: '2026-11-21T16:00:00.000Z',
  target: { kind: 'local', name: '/data' },
  catalog: { rows: 100_000, version: 1, checksum: 'c' },
  scenario: { desired: resolveScenario({}, { nowSeconds: 1 }), override: null },
  tables: ['shop.orders'],
};
const rows: Row[] = Array.from({ length: 3000 }, (_, index) => [
  `id-${index}`,
  index % 7 === 0 ? null : `a "quoted" text\nwith a line, and ü ${'x'.repeat(index % 50)}`,
]);

async function write(name: string, written: readonly Row[] = rows): Promise<string> {
  const file = path.join(folder, name);
  const writer = await BackupWriter.create(file);
  await writer.header(header);
  await writer.beginTable('shop.orders', ['id', 'text']);
  for (const row of written) await writer.row(row);
  await writer.endTable();
  await writer.close();
  return file;
}

const refused = (file: string, pattern: RegExp) =>
  assert.rejects(readBackup(file), (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.match(error.message, pattern);
    return true;
  });

describe('a backup', () => {
  it('gives back what was written, and is its owner’s alone', async () => {
    const file = await write('whole.gz');
    const seen: Row[] = [];
    const { header: read, tables } = await readBackup(file, {
      row: (row) => {
        seen.push(row);
      },
    });
    assert.deepEqual(seen, rows);
    assert.deepEqual(read, header);
    assert.equal(tables.get('shop.orders')?.rows, rows.length);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('of an empty table is whole, too', async () => {
    const { tables } = await readBackup(await write('empty.gz', []));
    assert.equal(tables.get('shop.orders')?.rows, 0);
  });

  it('that was given up leaves nothing', async () => {
    const file = path.join(folder, 'given-up.gz');
    const writer = await BackupWriter.create(file);
    await writer.header(header);
    await writer.discard();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('given-up')),
      [],
    );
  });

  it('waits for the disk and leaves nothing of the waiting in memory, however large it is', async () => {
    const writer = await BackupWriter.create(path.join(folder, 'large.gz'));
    await writer.header(header);
    await writer.beginTable('shop.orders', ['id', 'text']);
    // Each row is more than the compressor takes at once, so each is waited for.
    const row = ['id', 'x'.repeat(20_000)];
    const write = async (count: number): Promise<number> => {
      for (let written = 0; written < count; written += 1) await writer.row(row);
      return queryObjects(Promise, { format: 'count' });
    };
    const few = await write(20);
    const many = await write(1000);
    assert.ok(many - few < 100, `${many - few} promises are left of 1000 rows`);
    await writer.endTable();
    await writer.close();
  });

  it("that cannot be written any more ends with the disk's reason", async () => {
    const writer = await BackupWriter.create(path.join(folder, 'full.gz'));
    await writer.header(header);
    await writer.beginTable('shop.orders', ['id', 'text']);
    // As a disk does that is full: the stream behind the compressor fails.
    const { gzip } = writer as unknown as { gzip: { emit: (name: string, error: Error) => void } };
    gzip.emit('error', new Error('ENOSPC'));
    await assert.rejects(async () => {
      for (let written = 0; written < 1000; written += 1) await writer.row(['id', 'x'.repeat(20_000)]);
    }, /ENOSPC/);
    await writer.discard();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('full')),
      [],
    );
  });

  it('takes the place of a file, and of nothing else', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await assert.rejects(BackupWriter.create(pipe), /no file.*choose another with --out FILE/);
    await write('again.gz');
    await readBackup(await write('again.gz'));
  });

  it('is refused when it is cut off anywhere', async () => {
    const whole = readFileSync(await write('cut.gz'));
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const file = path.join(folder, 'cut-off.gz');
      writeFileSync(file, whole.subarray(0, Math.floor(whole.length * share)));
      await refused(file, /damaged/);
    }
  });

  it('is refused when any byte was changed, in the compressed file or in its text', async () => {
    const file = await write('changed.gz');
    const compressed = readFileSync(file);
    for (let at = 12; at < compressed.length; at += Math.ceil(compressed.length / 25)) {
      const changed = Buffer.from(compressed);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      writeFileSync(file, changed);
      await refused(file, /damaged|no backup of this shop/);
    }
    const lines = gunzipSync(compressed).toString('utf8').split('\n');
    const variants: [RegExp, (text: string[]) => string[]][] = [
      [/checksum of shop\.orders/, (all) => all.map((line) => line.replace('id-17"', 'id-18"'))],
      [/checksum of shop\.orders/, (all) => all.filter((line) => !line.includes('"id-100"'))],
      [
        /its checksum is wrong/,
        (all) => all.map((line) => line.replace('Normal operations', 'Norma1 operations')),
      ],
      [/cut off/, (all) => all.slice(0, -2)],
      [/a row does not fit/, (all) => all.map((line) => line.replace('["id-5",', '["id-5","more",'))],
      [/a row does not fit/, (all) => all.map((line) => line.replace('["id-5",', '[{"nested":"id-5"},'))],
      [/something follows/, (all) => [...all.slice(0, -1), '["id-9",null]']],
    ];
    for (const [pattern, change] of variants) {
      writeFileSync(file, gzipSync(change(lines).join('\n')));
      await refused(file, pattern);
    }
  });

  it('is not taken for one when it is something else, or another version’s', async () => {
    const file = path.join(folder, 'foreign');
    for (const content of [
      Buffer.from('no gzip at all'),
      gzipSync('not json\n'),
      gzipSync('{"format":"pg_dump"}\n'),
      gzipSync(''),
      gzipSync(Buffer.alloc(9_000_000, 'x')),
    ]) {
      writeFileSync(file, content);
      await refused(file, /no backup of this shop/);
    }
    writeFileSync(file, gzipSync('{"format":"ecommerce-demo-backup","version":2}\n'));
    await refused(file, /version 2 of the format/);
    await refused(path.join(folder, 'absent'), /cannot be read/);
    await refused(folder, /cannot be read/);
  });

  it('passes on what its reader throws', async () => {
    const file = await write('thrown.gz', rows.slice(0, 3));
    const fault = new Error('the database is away');
    await assert.rejects(
      readBackup(file, {
        row: () => {
          throw fault;
        },
      }),
      fault,
    );
  });

  it('has its place by target and date', () => {
    const now = new Date('2026-11-21T16:15:00.123Z');
    const local = { dataDir: '/d', kind: 'local', stack: 'dev' } as const;
    assert.equal(backupFile(local, now), '/d/backups/local-2026-11-21T161500Z.jsonl.gz');
    assert.equal(
      backupFile({ ...local, kind: 'stack' }, now, 'before-restore'),
      '/d/backups/dev-2026-11-21T161500Z-before-restore.jsonl.gz',
    );
  });

  it('is refused when its scenario is none, before anything could be touched', async () => {
    const file = path.join(folder, 'no-scenario.gz');
    const writer = await BackupWriter.create(file);
    await writer.header({ ...header, scenario: { desired: { mode: 'normal' } as never, override: null } });
    for (const name of header.tables) {
      await writer.beginTable(name, ['id']);
      await writer.endTable();
    }
    await writer.close();
    await assert.rejects(readBackup(file), /its scenario is none \(version/);
  });
});
