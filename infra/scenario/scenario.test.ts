import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { resolveScenario } from '../../scenario/resolve';
import { INDEX_NAMES } from '../../scenario/types';
import { mockEngine, SHOP_ANSWERS, type MockedEngine } from '../../test/mocks/engine';
import { FollowUp } from './follow-up';
import { ScenarioDeployment } from './scenario-deployment';

const LOGIN = { host: 'h', port: 1, user: 'conductor', password: 'hunter2', database: 'd', ca: 'c' };

describe('the scenario as state', () => {
  let engine: MockedEngine;
  before(async () => {
    engine = mockEngine(SHOP_ANSWERS);
    const scenario = resolveScenario({ demoMode: 'blackfriday' }, { nowSeconds: 0, scaleDefault: 1 });
    const [namespace, setup, service] = (['namespace', 'setup', 'service'] as const).map(
      (name) => new pulumi.ComponentResource('test:it', name),
    );
    assert.ok(namespace && setup && service);
    const login = pulumi.secret(LOGIN);
    const deployed = new ScenarioDeployment('scenario', {
      scenario,
      configuredStart: null,
      startDelaySeconds: 20,
      login,
      volume: 'v1',
      after: [setup],
      deletedWith: namespace,
    });
    new FollowUp('follow-up', {
      scenario,
      catalogs: 3,
      runId: deployed.runId,
      login,
      volume: 'v1',
      shopUrl: 'http://shop',
      consoleUrl: 'http://console',
      after: [deployed, service],
      deletedWith: namespace,
    });
    await engine.until('follow-up-verification');
  });

  const indexes = () => engine.all('pulumi-nodejs:dynamic/scenario:CatalogIndex');
  const row = () => engine.only('pulumi-nodejs:dynamic/scenario:ScenarioState');
  const verification = () => engine.only('pulumi-nodejs:dynamic/scenario:Verification');

  it('is one resource for each known index, in the state of the mode', () => {
    const states = new Map(indexes().map(({ inputs }) => [String(inputs.index), inputs.state]));
    assert.deepEqual([...states.keys()].sort(), [...INDEX_NAMES].sort());
    assert.equal(states.get('idx_products_category'), 'absent');
    assert.equal(states.get('idx_products_category_active'), 'present');
  });

  it('changes the indexes one after the other, then the row, and is proved last', () => {
    const names = indexes().map(({ name }) => name);
    names.forEach((name, place) => {
      const earlier = names[place - 1];
      if (earlier !== undefined) assert.ok(engine.named(name).options.dependsOn.includes(earlier), name);
    });
    for (const name of names) assert.ok(row().options.dependsOn.includes(name), name);
    assert.ok(verification().options.dependsOn.includes(row().name));
  });

  it('is proved by what the shares of the replicas add up to: 20 among three are 7 each', () => {
    assert.equal(verification().inputs.poolMax, 21);
  });

  it('keeps every login secret', () => {
    for (const resource of [...indexes(), row(), verification()])
      assert.ok(resource.secrets.includes('login'), resource.name);
  });

  it('goes with the namespace, without asking a database that may be down', () => {
    for (const { name, options } of [...indexes(), row(), verification()]) {
      assert.equal(options.deletedWith, 'namespace', name);
      assert.equal(options.retainOnDelete, true, name);
    }
  });

  it('is described in words: the update stamps the start', () => {
    assert.equal(row().inputs.start, 'starts 20 s after the update');
    assert.equal(row().inputs.startTimestamp, null);
  });
});
