import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parse } from 'yaml';
import { putBack, restoreConfig } from './config-before';

const folder = mkdtempSync(path.join(tmpdir(), 'demo-config-before-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});
const FILE = 'Pulumi.dev.yaml';
const BEFORE = `# mine
config:
  ecommerce-demo:demoMode: "normal" # quoted
  ecommerce-demo:traffic: {scale: 0.25, baselineRpm: 80}
  ecommerce-demo:demoStartTimestamp: 5
`;
/** As the engine writes it during a run. */
const DURING = `config:
  ecommerce-demo:demoMode: blackfriday
  ecommerce-demo:durationMinutes: "35"
  ecommerce-demo:minuteSeconds: "6"
  ecommerce-demo:pool:
    max: "100"
  ecommerce-demo:startDelaySeconds: "8"
  ecommerce-demo:traffic:
    baselineRpm: 80
    scale: "0.5"
`;

describe('a stack file after a run', () => {
  it('is what it was, byte for byte', () => {
    assert.equal(putBack(DURING, BEFORE, FILE), BEFORE);
    assert.equal(putBack(BEFORE, BEFORE, FILE), BEFORE);
    const empty = 'config: {}\n';
    assert.equal(putBack('config:\n  ecommerce-demo:demoMode: blackfriday\n', empty, FILE), empty);
  });

  it('keeps what a person changed since, and puts the keys of the run back', () => {
    const changed = `${DURING.replace('80', '90')}  ecommerce-demo:catalogRows: 100000 # less\n  other:key:\n    secure: v1:abc\n`;
    const result = putBack(changed, BEFORE, FILE);
    assert.deepEqual(parse(result), {
      config: {
        'ecommerce-demo:demoMode': 'normal',
        'ecommerce-demo:demoStartTimestamp': 5,
        'ecommerce-demo:traffic': { scale: 0.25, baselineRpm: 90 },
        'ecommerce-demo:catalogRows': 100000,
        'other:key': { secure: 'v1:abc' },
      },
    });
    assert.match(result, /# less/);
  });

  it('is what it was where there is nothing in it; a section without keys gets them', () => {
    for (const blank of ['', ' \n']) assert.equal(putBack(blank, BEFORE, FILE), BEFORE);
    const salted = putBack('encryptionsalt: v1:x\nconfig:\n', BEFORE, FILE);
    assert.deepEqual((parse(salted) as { config: unknown }).config, {
      'ecommerce-demo:demoMode': 'normal',
      'ecommerce-demo:demoStartTimestamp': 5,
      'ecommerce-demo:traffic': { scale: 0.25 },
    });
  });

  it("in the midst of a person's edit is left as it is, and that is said with the line", () => {
    const target = { config: { projectDir: folder, stack: 'dev' }, stack: 'dev' };
    const file = path.join(folder, 'Pulumi.dev.yaml');
    for (const edit of [`${DURING}  ecommerce-demo:pool: {max: [\n`, 'text\n', 'config: [1]\n']) {
      writeFileSync(file, edit);
      assert.throws(
        () => restoreConfig(target, BEFORE),
        /Pulumi\.dev\.yaml:\d+: .*not overwritten.*npm run rollback -- --target stack --stack dev/s,
      );
      assert.equal(readFileSync(file, 'utf8'), edit);
    }
    writeFileSync(file, DURING);
    assert.equal(restoreConfig(target, BEFORE), 'Pulumi.dev.yaml is as it was before');
    assert.equal(readFileSync(file, 'utf8'), BEFORE);
  });

  it('written with aliases or merge keys is not said to be as before: it is left alone', () => {
    const target = { config: { projectDir: folder, stack: 'dev' }, stack: 'dev' };
    const file = path.join(folder, 'Pulumi.dev.yaml');
    for (const edit of [
      'x: &x {scale: 3}\nconfig:\n  ecommerce-demo:demoMode: blackfriday\n  ecommerce-demo:traffic: *x\n',
      'config:\n  <<: {ecommerce-demo:demoMode: blackfriday}\n  ecommerce-demo:catalogRows: 100000\n',
    ]) {
      writeFileSync(file, edit);
      assert.throws(() => restoreConfig(target, BEFORE), /not overwritten/);
      assert.equal(readFileSync(file, 'utf8'), edit);
    }
  });

  it('is the one of its own stack: a name that would lead elsewhere is none', () => {
    const before = readFileSync(path.join(folder, 'Pulumi.dev.yaml'), 'utf8');
    for (const stack of ['../x', 'a/b', '/etc/x', '', '..', 'a\0b', 'x'.repeat(101)])
      assert.throws(
        () => restoreConfig({ config: { projectDir: folder, stack }, stack }, 'config: {}\n'),
        /cannot be a stack's name/,
      );
    assert.deepEqual(readdirSync(folder), ['Pulumi.dev.yaml']);
    assert.equal(readFileSync(path.join(folder, 'Pulumi.dev.yaml'), 'utf8'), before);
  });
});
