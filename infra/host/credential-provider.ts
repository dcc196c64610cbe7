import type { Architecture } from './platform';

/**
 * The kubelet's ECR credential provider. The kubelet asks it for a fresh token whenever it pulls, so pulls outlive the
 * token's 12 hours. The binaries are those of kubernetes/cloud-provider-aws; checksums as published beside them.
 */
export const CREDENTIAL_PROVIDER = {
  version: 'v1.29.0',
  sha256: {
    arm64: '8313d0744b7e5cfaccb7aa1327c5260471eb9463bc769f87df6f45dee84b8c44',
    amd64: '0d97641c8977fe775cb18f9e6f40acd99ef2570543b55e5c13dec320dcaa8ee3',
  },
} as const;

/** Where K3s looks for credential providers by itself. */
export const CREDENTIAL_PROVIDER_FOLDER = '/var/lib/rancher/credentialprovider';

/** Where the binary of one architecture is published. */
export function credentialProviderUrl(architecture: Architecture): string {
  return `https://artifacts.k8s.io/binaries/cloud-provider-aws/${CREDENTIAL_PROVIDER.version}/linux/${architecture}/ecr-credential-provider-linux-${architecture}`;
}

const ECR_HOSTS = [
  '*.dkr.ecr.*.amazonaws.com',
  '*.dkr.ecr.*.amazonaws.com.cn',
  '*.dkr.ecr-fips.*.amazonaws.com',
];

/**
 * The kubelet's configuration of it (CredentialProviderConfig, YAML).
 *
 * @param registryUrl the registry the images come from, if it is known; else every ECR registry
 */
export function credentialProviderConfig(registryUrl?: string): string {
  const hosts = registryUrl === undefined ? ECR_HOSTS : [registryUrl.split('/')[0] ?? registryUrl];
  // The provider says how long an answer may be kept; the default counts only if it did not.
  return `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: 0s
    matchImages:
${hosts.map((host) => `      - '${host}'`).join('\n')}
`;
}
