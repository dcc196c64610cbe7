import { VERSIONS } from '../../scenario/config/versions';
import type { Architecture } from './platform';

/**
 * The kubelet's ECR credential provider. The kubelet asks it for a fresh token whenever it pulls, so pulls outlive the
 * token's 12 hours. The binaries are those of kubernetes/cloud-provider-aws; checksums of its promotion manifest in
 * kubernetes/k8s.io. Later releases have manifests as well, but their binaries never arrived
 * (kubernetes/cloud-provider-aws#1481). It speaks the same v1 protocol as every kubelet since 1.26.
 */
export const CREDENTIAL_PROVIDER = {
  version: VERSIONS.ecrCredentialProvider.version,
  sha256: {
    arm64: '1980e3a038cb16da48a137743b31fb81de6c0b59fa06c206c2bc20ce0a52f849',
    amd64: '7644623e4ec9ad443ab352a8a5800a5180ee28741288be805286ba72bb8e7164',
  },
} as const;

/** Where K3s looks for credential providers by itself. */
export const CREDENTIAL_PROVIDER_FOLDER = '/var/lib/rancher/credentialprovider';

/** Where the binary of one architecture is published. */
export function credentialProviderUrl(architecture: Architecture): string {
  return `https://artifacts.k8s.io/binaries/cloud-provider-aws/${CREDENTIAL_PROVIDER.version}/linux/${architecture}/ecr-credential-provider-linux-${architecture}`;
}

/** Every ECR registry that the hosts' role may read. */
const ECR_HOSTS = [
  '*.dkr.ecr.*.amazonaws.com',
  '*.dkr.ecr-fips.*.amazonaws.com',
  '*.dkr.ecr.*.amazonaws.com.cn',
];

/**
 * The kubelet's configuration of it (CredentialProviderConfig, YAML): of no registry by name, since hosts are made once, and
 * images may come from another one later (`images.services`).
 */
export function credentialProviderConfig(): string {
  // The provider says how long an answer may be kept; the default counts only if it did not.
  return `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: 0s
    matchImages:
${ECR_HOSTS.map((host) => `      - '${host}'`).join('\n')}
`;
}
