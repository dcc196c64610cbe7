import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { clusterAddress } from './kubeconfig';
import { readKubeconfig } from './kubeconfig-files';

describe('kubeconfig', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
    write('one', 'one', { token: 'of-one' });
    write('two', 'two', { token: 'of-two' });
    write('one-again', 'one', { token: 'of-another', username: 'x' }, 'https://elsewhere');
    write('files', 'files', { 'client-certificate': 'cert.pem', exec: { command: './login' } });
    write('no-current', 'late', {}, 'https://late', '');
    writeFileSync(path.join(folder, 'cert.pem'), 'CERT');
    writeFileSync(path.join(folder, 'empty'), '');
    writeFileSync(path.join(folder, 'broken'), 'clusters: [');
    mkdirSync(path.join(folder, 'sub'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** A kubeconfig of one cluster, user and context of this name. */
  function write(file: string, name: string, user: object, server = `https://${name}`, current = name): void {
    writeFileSync(
      path.join(folder, file),
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': current,
        contexts: [{ name, context: { cluster: name, user: name } }],
        clusters: [{ name, cluster: { server } }],
        users: [{ name, user }],
      }),
    );
  }

  /** The cluster that KUBECONFIG leads to; files are named in the test's folder. */
  function reached(files: readonly string[], context?: string) {
    const variable = files.map((file) => (file === '' ? '' : path.join(folder, file))).join(path.delimiter);
    const { content, source } = readKubeconfig(undefined, folder, variable);
    const { server, credentials } = clusterAddress(content, source, context);
    return [server, credentials.token];
  }

  it('is content, or a path from the project', () => {
    assert.equal(readKubeconfig('empty', folder).content, '');
    assert.equal(readKubeconfig('apiVersion: v1\nkind: Config', folder).source, 'kubeconfig');
    assert.throws(() => readKubeconfig('missing', folder), /there is no file/);
    assert.throws(() => readKubeconfig('sub', folder), /sub cannot be read: EISDIR/);
  });

  it('of several files has the contexts of all, and the first current one', () => {
    assert.deepEqual(reached(['one', 'two']), ['https://one', 'of-one']);
    assert.deepEqual(reached(['two', 'one']), ['https://two', 'of-two']);
    assert.deepEqual(reached(['one', 'two'], 'two'), ['https://two', 'of-two']);
    assert.deepEqual(reached(['no-current', 'two']), ['https://two', 'of-two']);
  });

  it('of several entries of one name takes the first, whole', () => {
    assert.deepEqual(reached(['one', 'one-again']), ['https://one', 'of-one']);
    assert.deepEqual(reached(['one-again', 'one']), ['https://elsewhere', 'of-another']);
  });

  it('passes over empty entries, missing and empty files, and one named twice', () => {
    assert.deepEqual(reached(['missing', '', 'two', 'two', 'empty', '']), ['https://two', 'of-two']);
    assert.deepEqual(reached(['', 'one']), ['https://one', 'of-one']);
  });

  it('names every file when none is there, and the one that is none', () => {
    assert.throws(() => reached(['missing', 'gone']), /there is no file .*missing, nor .*gone/);
    assert.throws(() => reached(['one', 'broken']), /broken \(of KUBECONFIG\) is not a kubeconfig/);
  });

  it('is ~/.kube/config where KUBECONFIG is empty', () => {
    const home = process.env.HOME;
    process.env.HOME = path.join(folder, 'home');
    try {
      mkdirSync(path.join(folder, 'home', '.kube'), { recursive: true });
      writeFileSync(path.join(folder, 'home', '.kube', 'config'), 'of: home\n');
      for (const variable of ['', path.delimiter])
        assert.equal(readKubeconfig(undefined, folder, variable).content, 'of: home\n');
    } finally {
      process.env.HOME = home;
    }
  });

  it('keeps its text, unless a path in it depends on where it lies', () => {
    const { content, source } = readKubeconfig('files', folder);
    assert.ok(content.includes(path.join(folder, 'cert.pem')), content);
    assert.ok(content.includes(path.join(folder, 'login')), content);
    assert.equal(clusterAddress(content, source).credentials.certificate, 'CERT');
    const { content: merged } = readKubeconfig(
      undefined,
      '/',
      [path.join(folder, 'files'), path.join(folder, 'one')].join(path.delimiter),
    );
    assert.ok(merged.includes(path.join(folder, 'cert.pem')), merged);
    writeFileSync(path.join(folder, 'plain'), '# mine\nclusters: []\ncontexts: []\nusers: null\n');
    assert.match(readKubeconfig('plain', folder).content, /^# mine/);
  });
});
