/**
 * Annotations by which an object tells judges of manifests (kube-score, checkov) what it does otherwise on purpose.
 * Each finding comes with its reason; `npm test -- manifests` fails on a finding that has none.
 */
export function exceptions(findings: {
  /** Ids of kube-score's checks, each with the reason. */
  kubeScore?: Readonly<Record<string, string>>;
  /** Ids of checkov's checks, each with the reason. */
  checkov?: Readonly<Record<string, string>>;
}): Record<string, string> {
  const kubeScore = Object.keys(findings.kubeScore ?? {});
  const checkov = Object.entries(findings.checkov ?? {});
  return {
    ...(kubeScore.length === 0 ? {} : { 'kube-score/ignore': kubeScore.join(',') }),
    ...Object.fromEntries(
      checkov.map(([id, reason], index) => [`checkov.io/skip${index + 1}`, `${id}=${reason}`]),
    ),
  };
}

const OFFICIAL_USER = "the official image's own user, whom its files belong to";

/** Of stores, which run as the user of their official image. */
export const OFFICIAL_USER_EXCEPTIONS = {
  kubeScore: { 'container-security-context-user-group-id': OFFICIAL_USER },
  checkov: { CKV_K8S_40: OFFICIAL_USER },
} as const;
