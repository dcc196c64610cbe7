import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStackConfig } from '../../scenario/config/config-file';
import { cleanStackFile, uncleanKeys } from './stack-file';

const clean = (text: string) => cleanStackFile(text, 'Pulumi.dev.yaml');

describe('a stack file that is rolled back', () => {
  it('stays byte for byte when it is clean', () => {
    const text = 'config:\n  # a comment\n  ecommerce-demo:demoMode:   normal\n  aws:region: eu-west-1\n';
    assert.deepEqual(clean(text), { text, changes: [] });
    assert.deepEqual(clean('').changes, []);
    assert.deepEqual(clean('config:\n  ecommerce-demo:pool:\n    max: 200\n').changes, []);
  });

  it('gets its mode back, and nothing else is touched', () => {
    const text =
      'encryptionsalt: v1:x\nconfig:\n  ecommerce-demo:demoMode: "blackfriday" # on\n  ecommerce-demo:coralogix:\n    privateKey:\n      secure: v1:abc\n';
    const { text: result, changes } = clean(text);
    assert.equal(result, text.replace('"blackfriday"', 'normal'));
    assert.deepEqual(changes, ['demoMode: blackfriday → normal']);
    assert.deepEqual(clean(result).changes, []);
  });

  it('loses overrides that would keep it broken, with its comments kept', () => {
    const { text, changes } = clean(
      [
        'config:',
        '  # why not',
        '  ecommerce-demo:demoMode: normal',
        '  ecommerce-demo:indexes:',
        '    idx_products_category: absent',
        '  ecommerce-demo:pool: \'{"max": "3"}\'',
        '  ecommerce-demo:traffic:',
        '    scale: 0.5',
        '',
      ].join('\n'),
    );
    assert.equal(
      text,
      [
        'config:',
        '  # why not',
        '  ecommerce-demo:demoMode: normal',
        '  ecommerce-demo:traffic:',
        '    scale: 0.5',
        '',
      ].join('\n'),
    );
    assert.equal(changes.length, 2);
    assert.deepEqual(parseStackConfig(text, 'x').values, { demoMode: 'normal', traffic: { scale: 0.5 } });
  });

  it('loses them in whatever form they are written: as config set writes them, in the old form, as aliases', () => {
    const before = 'config:\n  ecommerce-demo:traffic.scale: "0.5"\n';
    for (const [form, rest] of [
      ['  ecommerce-demo:indexes.idx_products_category: absent\n', ''],
      ['  ecommerce-demo:config:indexes.idx_products_category: absent\n', ''],
      ['  "ecommerce-demo:pool.max": "3"\n', ''],
      ['  ecommerce-demo:config:demoMode: blackfriday\n', '  ecommerce-demo:config:demoMode: normal\n'],
      [
        '  other:mode: &mode blackfriday\n  ecommerce-demo:demoMode: *mode\n',
        '  other:mode: &mode blackfriday\n  ecommerce-demo:demoMode: normal\n',
      ],
      [
        '  other:state: &state absent\n  ecommerce-demo:indexes: {idx_products_category: *state}\n',
        '  other:state: &state absent\n',
      ],
      [
        '  ecommerce-demo:demoMode: blackfriday\n  ecommerce-demo:indexes.idx_products_stock_quantity: absent\n',
        '  ecommerce-demo:demoMode: normal\n',
      ],
    ] as const) {
      const { text, changes } = clean(before + form);
      assert.equal(text, before + rest, form);
      assert.ok(changes.length > 0);
      assert.deepEqual(clean(text).changes, [], 'once more');
    }
  });

  it('is left to a person where taking the outage out would change something else', () => {
    for (const text of [
      // What another key refers to goes with the key.
      'config:\n  ecommerce-demo:pool: &pool {max: "3"}\n  other:pool: *pool\n',
      // The mode's value is another key's, too.
      'config:\n  ecommerce-demo:demoMode: &mode blackfriday\n  ecommerce-demo:demoRun: 3\n  other:mode: *mode\n',
    ]) {
      assert.throws(() => clean(text), /Pulumi\.dev\.yaml: .* by hand/, text);
    }
  });

  it('is not guessed at: broken YAML and values that make no sense are refused', () => {
    assert.throws(() => clean('config: [\n'), /Pulumi\.dev\.yaml:\d+: broken YAML/);
    assert.throws(() => clean('config:\n  ecommerce-demo:demoMode: blackfryday\n'), /demoMode/);
  });

  it('names what is unclean', () => {
    assert.deepEqual(
      uncleanKeys({
        demoMode: 'blackfriday',
        indexes: { idx_products_category: 'absent' },
        pool: { max: 3 },
      }),
      [
        'demoMode is blackfriday',
        'indexes.idx_products_category is absent',
        'pool.max is 3, below the normal 100',
      ],
    );
    assert.deepEqual(
      uncleanKeys({ demoMode: 'normal', indexes: { idx_products_category: 'present' }, pool: { max: 200 } }),
      [],
    );
  });
});
