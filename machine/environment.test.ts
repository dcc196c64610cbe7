import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { childEnvironment, FOR_CHILD, readLogLevel, withoutVariables } from './environment';

describe('the environment of a child', () => {
  const shell = {
    PATH: '/bin',
    HOME: '/home/me',
    LC_TIME: 'de_DE',
    OTEL_SDK_DISABLED: 'true',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=my-laptop',
    PGSSLMODE: 'require',
    NODE_OPTIONS: '--inspect',
    https_proxy: 'http://proxy:3128',
    LOG_LEVEL: 'WARNING',
    npm_config_registry: 'x',
  };

  it('has what the system needs and what is set, and nothing that was meant for others', () => {
    assert.deepEqual(childEnvironment(shell, { SERVICE: 'cart', HOME: '/here' }), {
      PATH: '/bin',
      HOME: '/here',
      LC_TIME: 'de_DE',
      SERVICE: 'cart',
    });
  });

  it('has a proxy where the child is meant to use it', () => {
    const env = childEnvironment(shell, {}, [FOR_CHILD.outside]);
    assert.equal(env.https_proxy, 'http://proxy:3128');
    assert.equal(env.NODE_OPTIONS, undefined);
  });

  it('is hidden from a library for the time of a call, also when that fails', () => {
    process.env.PGTESTVARIABLE = 'x';
    assert.throws(() =>
      withoutVariables(/^PGTEST/, () => {
        assert.equal(process.env.PGTESTVARIABLE, undefined);
        throw new Error('failed');
      }),
    );
    assert.equal(process.env.PGTESTVARIABLE, 'x');
    delete process.env.PGTESTVARIABLE;
  });
});

describe('LOG_LEVEL', () => {
  const read = (value: string | undefined): [string | null, string[]] => {
    const warnings: string[] = [];
    const level = readLogLevel(value === undefined ? {} : { LOG_LEVEL: value }, (text) =>
      warnings.push(text),
    );
    return [level, warnings];
  };

  it('counts in whatever case', () => {
    assert.deepEqual(read('DEBUG'), ['debug', []]);
    assert.deepEqual(read(undefined), [null, []]);
  });

  it('that does not exist is reported with the remedy, and does not count', () => {
    const [level, warnings] = read('WARNING');
    assert.equal(level, null);
    assert.match(warnings.join(), /LOG_LEVEL=WARNING .*trace, debug, info, warn,/);
  });
});
