import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startStandIn, type StandIn } from './server';

describe('the Redis stand-in, through ioredis', () => {
  let standIn: StandIn;
  let redis: Redis;

  before(async () => {
    standIn = await startStandIn({ port: 0, maxBytes: 1024 * 1024 });
    redis = new Redis(standIn.port, '127.0.0.1', { maxRetriesPerRequest: 1 });
  });
  after(async () => {
    await redis.quit();
    await standIn.close();
  });

  it('completes the handshake and answers PING and INFO', async () => {
    assert.equal(await redis.ping(), 'PONG');
    assert.match(await redis.info(), /server_name:ecommerce-demo-stand-in/);
  });

  it('keeps texts', async () => {
    assert.equal(await redis.set('a', 'ä–€ \r\n x', 'EX', 100), 'OK');
    assert.equal(await redis.get('a'), 'ä–€ \r\n x');
    assert.equal(await redis.del('a', 'b'), 1);
    assert.equal(await redis.get('a'), null);
  });

  it('keeps bytes as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await redis.set('bytes', bytes);
    assert.deepEqual(await redis.getBuffer('bytes'), bytes);
  });

  it('keeps a cart', async () => {
    assert.equal(await redis.hset('cart:1', { '123': '{"quantity":1}', '7': '{"quantity":2}' }), 2);
    assert.equal(await redis.expire('cart:1', 60), 1);
    assert.deepEqual(await redis.hgetall('cart:1'), { '123': '{"quantity":1}', '7': '{"quantity":2}' });
    assert.equal(await redis.hincrby('cart:1', 'count', '3'), 3);
    assert.equal(await redis.hdel('cart:1', '7', '123', 'count', 'absent'), 3);
    assert.deepEqual(await redis.hgetall('cart:1'), {});
  });

  it('answers pipelined commands each in its place', async () => {
    const piped = await redis.pipeline().set('p', '1').hincrby('p', 'a', '1').get('p').exec();
    assert.equal(piped?.length, 3);
    assert.deepEqual(piped[0], [null, 'OK']);
    assert.match(String(piped[1]?.[0]), /WRONGTYPE/);
    assert.deepEqual(piped[2], [null, '1']);
  });

  it('finds keys by a pattern, in one page', async () => {
    for (const key of ['scan:a', 'scan:b', 'scanned', 'scan.c']) await redis.set(key, '1');
    const [cursor, found] = await redis.scan('0', 'MATCH', 'scan:*', 'COUNT', 1);
    assert.equal(cursor, '0');
    assert.deepEqual(found.sort(), ['scan:a', 'scan:b']);
    assert.deepEqual((await redis.scan('0', 'MATCH', 'scan?c'))[1], ['scan.c']);
    assert.ok((await redis.scan('0'))[1].includes('scanned'));
    await assert.rejects(redis.scan('0', 'MATCH', 'scan[a]'), /knows \* and \?/);
    await assert.rejects(redis.call('SCAN', 'x'), /invalid cursor/);
    await assert.rejects(redis.call('SCAN', '0', 'MATCH'), /syntax error/);
  });

  it('refuses an unknown command and a wrong type, and goes on', async () => {
    await assert.rejects(redis.call('GEOADD', 'a', 'b'), /ERR unknown command 'GEOADD'/);
    await redis.set('text', 'x');
    await assert.rejects(redis.hgetall('text'), /WRONGTYPE/);
    await assert.rejects(redis.expire('text', 'soon'), /not an integer/);
    await assert.rejects(redis.call('GET'), /wrong number of arguments/);
    assert.equal(await redis.get('text'), 'x');
  });

  it('stays within its bound: the keys used least recently go', async () => {
    const big = 'x'.repeat(10_000);
    for (let index = 0; index < 200; index += 1) {
      await redis.set(`fill:${String(index)}`, big);
      await redis.get('fill:0');
    }
    assert.ok(standIn.keys.usedBytes <= 1024 * 1024);
    assert.equal(await redis.get('fill:199'), big);
    assert.equal(await redis.get('fill:0'), big, 'used all the time, so kept');
    assert.equal(await redis.get('fill:1'), null);
  });

  it('takes requests in pieces, and values larger than a packet', async () => {
    const large = 'y'.repeat(300_000);
    await redis.set('large', large);
    assert.equal(await redis.get('large'), large);
    const socket = connect(standIn.port, '127.0.0.1');
    const replies: string[] = [];
    socket.on('data', (chunk) => replies.push(chunk.toString()));
    for (const piece of ['*2\r\n$3\r\nGE', 'T\r\n$4\r\nn', 'ope\r\n*1\r\n$4\r\nPI', 'NG\r\n']) {
      socket.write(piece);
      await delay(15);
    }
    assert.equal(replies.join(''), '$-1\r\n+PONG\r\n');
    socket.destroy();
  });

  it('survives a client that does not speak Redis', async () => {
    const socket = connect(standIn.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('*99999999999999\r\n$-5\r\nGET / HTTP/1.1\r\n\r\n');
    await delay(50);
    socket.destroy();
    assert.equal(await redis.ping(), 'PONG');
  });
});
