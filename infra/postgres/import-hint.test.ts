import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importCommand } from './import-hint';

describe('the import command', () => {
  it('names parent and provider as the program does', () => {
    const head = 'urn:pulumi:dev::ecommerce-demo';
    const command = importCommand(
      {
        type: 'postgresql:index/role:Role',
        name: 'database-app',
        urn: `${head}::ecommerce-demo:postgres:ShopDatabase$postgresql:index/role:Role::database-app`,
        id: 'shop_app',
      },
      'database',
    );
    assert.equal(
      command,
      'pulumi import postgresql:index/role:Role database-app shop_app ' +
        `--parent 'parent=${head}::ecommerce-demo:postgres:ShopDatabase::database' ` +
        `--provider 'provider=${head}::ecommerce-demo:postgres:ShopDatabase$pulumi:providers:postgresql::database-provider' ` +
        '--protect=false --generate-code=false --yes',
    );
  });
});
