import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { urlOf } from './address';

it('the URL of an IPv6 node has its address in brackets', async () => {
  const url = async (host: string) => {
    const output = urlOf({ host: pulumi.output(host), port: pulumi.output(30_018) });
    return (output as unknown as { promise(): Promise<string> }).promise();
  };
  assert.equal(await url('2001:db8::7'), 'http://[2001:db8::7]:30018');
  assert.equal(await url('node.example.com'), 'http://node.example.com:30018');
});
