import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kubeconfigFor } from './kubeconfig-script';

const kubeconfig = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: MTI3LjAuMC4xOjY0NDM=
    server: https://127.0.0.1:6443
  name: default
`;

describe('kubeconfigFor', () => {
  it('replaces the address of the server and nothing else', () => {
    assert.equal(
      kubeconfigFor('203.0.113.10', kubeconfig),
      kubeconfig.replace('https://127.0.0.1:6443', 'https://203.0.113.10:6443'),
    );
  });

  it('refuses what is no kubeconfig of K3s, without repeating it', () => {
    const secret = 'client-key-data: c2VjcmV0';
    assert.throws(
      () => kubeconfigFor('203.0.113.10', secret),
      ({ message }: Error) =>
        message.includes('203.0.113.10') && message.includes('k3s.yaml') && !message.includes('c2VjcmV0'),
    );
    assert.throws(() => kubeconfigFor('203.0.113.10', ''), /no kubeconfig of K3s/);
  });
});
