import assert from 'node:assert/strict';
import { it } from 'node:test';
import { dockerRemedy } from './docker-hint';

it('an engine that does not answer gets one sentence with the way round it, another error none', () => {
  for (const said of [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'failed to connect to any docker daemon',
    'error during connect: Get "http://docker.example:2375/_ping": no such host',
  ])
    assert.match(
      dockerRemedy([said]) ?? '',
      /No Docker engine answers .*pulumi config set --path images\.services/,
    );
  assert.equal(dockerRemedy(['no space left on device']), null);
});
