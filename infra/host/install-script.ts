import { VERSIONS } from '../../scenario/config/versions';
import {
  CREDENTIAL_PROVIDER,
  CREDENTIAL_PROVIDER_FOLDER,
  credentialProviderUrl,
} from './credential-provider';
import type { Architecture } from './platform';

/** What a host runs as. */
export type HostRole = 'server' | 'agent';

/**
 * K3s's own installer, pinned by content: it installs any release, and checks the binary against that release's
 * checksums.
 */
export const K3S_INSTALLER = {
  url: `https://raw.githubusercontent.com/k3s-io/k3s/${encodeURIComponent(VERSIONS.k3s.version)}/install.sh`,
  sha256: '46177d4c99440b4c0311b67233823a8e8a2fc09693f6c89af1a7161e152fbfad',
} as const;

/**
 * The POSIX shell script that turns a fresh Ubuntu into a K3s node. cloud-init runs it once, as root; running it again
 * does no harm. Its output is in /var/log/cloud-init-output.log.
 */
export function installScript(options: {
  role: HostRole;
  k3sVersion: string;
  architecture: Architecture;
}): string {
  const { role, k3sVersion, architecture } = options;
  return `#!/bin/sh
set -eu
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch URL FILE SHA256
fetch() {
  echo "fetching $1"
  curl --fail --silent --show-error --location --proto '=https' --connect-timeout 10 --max-time 300 \\
    --retry 8 --retry-delay 3 --retry-all-errors --output "$2" "$1"
  echo "$3  $2" | sha256sum --check --strict -
}

echo 'ecr-credential-provider ${CREDENTIAL_PROVIDER.version}'
fetch '${credentialProviderUrl(architecture)}' "$work/ecr-credential-provider" ${CREDENTIAL_PROVIDER.sha256[architecture]}
install -D -m 0755 "$work/ecr-credential-provider" ${CREDENTIAL_PROVIDER_FOLDER}/bin/ecr-credential-provider

echo 'K3s ${k3sVersion}, ${role}'
fetch '${K3S_INSTALLER.url}' "$work/install-k3s.sh" ${K3S_INSTALLER.sha256}
attempt=1
until INSTALL_K3S_VERSION='${k3sVersion}' INSTALL_K3S_EXEC='${role}' sh "$work/install-k3s.sh"; do
  if [ "$attempt" -ge 5 ]; then
    echo 'K3s ${k3sVersion} could not be installed in 5 attempts' >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 10
done
`;
}
