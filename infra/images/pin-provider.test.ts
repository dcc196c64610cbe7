import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pinProvider } from './pin-provider';

const PINNED = `redis:7@sha256:${'0123456789abcdef'.repeat(4)}`;

it('a pinned image stays what it was until another image is wanted', async () => {
  const olds = { image: 'redis:7', login: null, pinned: PINNED };
  const diff = (news: Parameters<NonNullable<typeof pinProvider.diff>>[2]) =>
    pinProvider.diff?.('redis:7', olds, news);
  assert.equal(
    (await diff({ image: 'redis:7', login: { username: 'me', password: 'right' } }))?.changes,
    false,
  );
  assert.deepEqual(await diff({ image: 'redis:8', login: null }), { changes: true, replaces: ['image'] });
});
