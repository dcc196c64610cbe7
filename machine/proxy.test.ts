import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proxyFor, proxyHint } from './proxy';

const BOTH = { HTTPS_PROXY: 'http://s:1', HTTP_PROXY: 'http://p:2' };

describe('the proxy of an address', () => {
  const host = (address: string, env: Record<string, string> = BOTH): string | null =>
    proxyFor(address, env)?.host ?? null;

  it('is that of its scheme, in either case, with or without one of its own', () => {
    assert.equal(host('https://vendor.example/x'), 's:1');
    assert.equal(host('http://vendor.example'), 'p:2');
    assert.equal(host('https://vendor.example', { HTTP_PROXY: 'http://p:2' }), null);
    assert.equal(
      host('https://vendor.example', { https_proxy: 'lower:3', HTTPS_PROXY: 'http://s:1' }),
      'lower:3',
    );
    assert.equal(
      host('https://vendor.example', { https_proxy: '', HTTPS_PROXY: 'http://me:secret@s:1' }),
      's:1',
    );
    assert.equal(host('https://vendor.example', { HTTPS_PROXY: '://' }), null);
    assert.equal(host('https://vendor.example', {}), null);
  });

  it('is none for this machine, and for names of a cluster or a local network', () => {
    for (const inside of [
      'localhost:4318',
      'LOCALHOST',
      'localhost.',
      'x.localhost',
      '127.0.0.1:8020',
      '127.1.2.3',
      '[::1]:4318',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      'collector:4318',
      'collector.demo.svc:4318',
      'collector.demo.svc.cluster.local',
      'host.docker.internal:4318',
    ]) {
      assert.equal(host(`http://${inside}`), null, inside);
      assert.equal(host(`https://${inside}`), null, inside);
    }
    for (const outside of ['localhost.example.com', '128.0.0.1', 'svc.example', '[2001:db8::1]'])
      assert.equal(host(`http://${outside}`), 'p:2', outside);
  });

  const exempt: [noProxy: string, through: string[], past: string[]][] = [
    ['*', [], ['vendor.example', '10.0.0.1']],
    ['vendor.example', ['other.example', 'myvendor.example'], ['vendor.example', 'a.vendor.example']],
    ['.vendor.example, *.x.example', ['y.example'], ['a.vendor.example', 'a.x.example']],
    ['vendor.example:8443', ['vendor.example', 'vendor.example:443'], ['vendor.example:8443']],
    ['Vendor.Example other.example', ['third.example'], ['vendor.example', 'other.example']],
    ['10.0.0.0/8,2001:db8::/32', ['11.0.0.1', '[2001:db9::1]'], ['10.1.2.3', '[2001:db8::7]']],
    [
      '192.0.2.7,2001:db8::7,[2001:db8::8]:443',
      ['192.0.2.8'],
      ['192.0.2.7', '[2001:db8::7]', '[2001:db8::8]'],
    ],
    [',,10.0.0.0/99,', ['10.0.0.1', 'vendor.example'], []],
  ];
  for (const [noProxy, through, past] of exempt) {
    it(`is none where NO_PROXY=${noProxy} has it`, () => {
      for (const address of through)
        assert.equal(host(`https://${address}`, { ...BOTH, no_proxy: noProxy }), 's:1', address);
      for (const address of past)
        assert.equal(host(`https://${address}`, { ...BOTH, NO_PROXY: noProxy }), null, address);
    });
  }
});

describe('what a failure has to do with a proxy', () => {
  it('is which one it went by, without its login; or that one may be needed', () => {
    assert.equal(
      proxyHint('https://vendor.example', 'ECONNREFUSED', { HTTPS_PROXY: 'http://me:secret@s:1' }),
      ', by the proxy s:1 of HTTPS_PROXY',
    );
    assert.match(
      proxyHint('https://vendor.example', 'getaddrinfo ENOTFOUND vendor.example', {}),
      /set HTTPS_PROXY/,
    );
    assert.match(proxyHint('http://vendor.example', 'EAI_AGAIN', {}), /set HTTP_PROXY/);
    assert.equal(proxyHint('https://vendor.example', 'connect ECONNREFUSED', {}), '');
  });
});
