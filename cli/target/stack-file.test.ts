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
