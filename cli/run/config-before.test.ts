import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { putBack } from './config-before';

const BEFORE = `# mine
config:
  ecommerce-demo:demoMode: "normal" # quoted
  ecommerce-demo:traffic: {scale: 0.25, baselineRpm: 80}
  ecommerce-demo:demoStartTimestamp: 5
`;
/** As the engine writes it during a run. */
const DURING = `config:
  ecommerce-demo:demoMode: blackfriday
  ecommerce-demo:durationMinutes: "35"
  ecommerce-demo:minuteSeconds: "6"
  ecommerce-demo:pool:
    max: "100"
  ecommerce-demo:startDelaySeconds: "8"
  ecommerce-demo:traffic:
    baselineRpm: 80
    scale: "0.5"
`;

describe('a stack file after a run', () => {
  it('is what it was, byte for byte', () => {
    assert.equal(putBack(DURING, BEFORE), BEFORE);
    assert.equal(putBack(BEFORE, BEFORE), BEFORE);
    const empty = 'config: {}\n';
    assert.equal(putBack('config:\n  ecommerce-demo:demoMode: blackfriday\n', empty), empty);
  });

  it('keeps what a person changed since, and puts the keys of the run back', () => {
    const changed = `${DURING.replace('80', '90')}  ecommerce-demo:catalogRows: 100000 # less\n  other:key:\n    secure: v1:abc\n`;
    const result = putBack(changed, BEFORE);
    assert.deepEqual(parse(result), {
      config: {
        'ecommerce-demo:demoMode': 'normal',
        'ecommerce-demo:demoStartTimestamp': 5,
        'ecommerce-demo:traffic': { scale: 0.25, baselineRpm: 90 },
        'ecommerce-demo:catalogRows': 100000,
        'other:key': { secure: 'v1:abc' },
      },
    });
    assert.match(result, /# less/);
  });

  it('is what it was where it cannot be read any more', () => {
    for (const broken of ['', 'config: [', 'text']) assert.equal(putBack(broken, BEFORE), BEFORE);
  });
});
