import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { writePrivateFile, writeResultFile, writeWholeFile } from './private-file';

const folder = mkdtempSync(path.join(tmpdir(), 'whole-'));
after(() => {
  rmSync(folder, { recursive: true });
});

describe('a file that is written', () => {
  it('is the old one or the new one to who reads it meanwhile, and nothing stays beside it', () => {
    const file = path.join(folder, 'report.json');
    writeWholeFile(file, 'the old text');
    const reading = openSync(file, 'r');
    writeWholeFile(file, 'new');
    assert.equal(readFileSync(reading, 'utf8'), 'the old text');
    closeSync(reading);
    assert.equal(readFileSync(file, 'utf8'), 'new');
    assert.deepEqual(readdirSync(folder), ['report.json']);
  });

  it('keeps its mode, and stays where a link leads', () => {
    const file = path.join(folder, 'Pulumi.dev.yaml');
    writeFileSync(file, 'a');
    chmodSync(file, 0o640);
    const link = path.join(folder, 'link.yaml');
    symlinkSync(file, link);
    writeWholeFile(link, 'b');
    assert.equal(readFileSync(file, 'utf8'), 'b');
    assert.equal(statSync(file).mode & 0o777, 0o640);
    const before = process.umask(0o077);
    try {
      writeWholeFile(link, 'c');
    } finally {
      process.umask(before);
    }
    assert.equal(statSync(file).mode & 0o777, 0o640, 'also under another umask');
  });

  it('follows no link that somebody laid there, where it is a result', () => {
    const theirs = path.join(folder, 'authorized_keys');
    writeFileSync(theirs, 'keys');
    for (const target of [theirs, path.join(folder, 'not-there')]) {
      const report = path.join(folder, 'planted.json');
      symlinkSync(target, report);
      assert.throws(
        () => writeResultFile(report, '{}'),
        /planted\.json is a link, or no file, and is left as it is/,
      );
      assert.equal(lstatSync(report).isSymbolicLink(), true);
      rmSync(report);
    }
    assert.equal(readFileSync(theirs, 'utf8'), 'keys');
  });

  it('is no device and no pipe: those are left as they are', () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const write of [writeWholeFile, writeResultFile])
      assert.throws(() => write(pipe, 'x'), /pipe is a link, or no file, and is left as it is/);
    assert.equal(lstatSync(pipe).isFIFO(), true);
  });

  it('is its owner’s alone where it is private', () => {
    const file = path.join(folder, 'secret');
    writePrivateFile(file, 'x');
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});
