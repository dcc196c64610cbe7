import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextReleases, releaseConfig } from './release';

const FIRST = { image: 'r/shop@sha256:1', config: { namespace: 'shop' } };
const SECOND = { image: 'r/shop@sha256:2', config: { namespace: 'shop', replicas: '{"cart":2}' } };

describe('the release of an update', () => {
  it('has the config without secrets, without the demo, and without the image that it names itself', () => {
    const own = {
      demoMode: 'blackfriday',
      demoRun: '2',
      demoStartTimestamp: '1763730000',
      namespace: 'shop',
      coralogix: '{"privateKey":"cxtp_x"}',
      images: '{"redis":"mirror/redis:7","services":"r/shop@sha256:1"}',
    };
    assert.deepEqual(releaseConfig(own, ['coralogix']), {
      namespace: 'shop',
      images: '{"redis":"mirror/redis:7"}',
    });
    assert.deepEqual(releaseConfig({ images: '{"services":"r/shop@sha256:1"}' }, []), {});
  });

  it('becomes the previous one when another comes, not when it is deployed once more', () => {
    const first = nextReleases(undefined, FIRST);
    assert.deepEqual(first, { current: FIRST });
    assert.deepEqual(nextReleases(first, FIRST), first);
    const second = nextReleases(first, SECOND);
    assert.deepEqual(second, { current: SECOND, previous: FIRST });
    assert.deepEqual(nextReleases(second, SECOND), second);
    // A rollback is an update, too: the next one goes forward again.
    assert.deepEqual(nextReleases(second, FIRST), { current: FIRST, previous: SECOND });
  });

  it('begins anew where the output is of another program', () => {
    assert.deepEqual(nextReleases({ current: 'v1' }, FIRST), { current: FIRST });
  });
});
