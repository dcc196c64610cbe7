/** Container platforms a host can have. */
export type Platform = 'linux/arm64' | 'linux/amd64';

/** Processor architectures as Ubuntu, K3s and Kubernetes name them. */
export type Architecture = 'arm64' | 'amd64';

/**
 * The platform of an EC2 instance type. AWS marks its own Graviton processors (and Grace) by a `g` among the letters
 * behind the generation: t4g, m7gd, c7gn, im4gn; a g before the number (g4dn, gr6) is a family with GPUs. a1 came
 * before that rule.
 */
export function platformOf(instanceType: string): Platform {
  const attributes = /^[a-z]+(?:-[a-z0-9]+)?\d+([a-z0-9-]*)\./.exec(instanceType)?.[1] ?? '';
  return instanceType.startsWith('a1.') || attributes.includes('g') ? 'linux/arm64' : 'linux/amd64';
}

/** The architecture of a platform. */
export function architectureOf(platform: Platform): Architecture {
  return platform === 'linux/arm64' ? 'arm64' : 'amd64';
}

/** The public SSM parameter in which Canonical keeps the id of the newest Ubuntu 24.04 image of a region. */
export function ubuntuImageParameter(platform: Platform): string {
  return `/aws/service/canonical/ubuntu/server/24.04/stable/current/${architectureOf(platform)}/hvm/ebs-gp3/ami-id`;
}
