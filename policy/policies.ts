import type { ResourceValidationPolicy } from '@pulumi/policy';
import { imagesWithoutDigest } from './rules/image-digests';
import { openLoadBalancers } from './rules/open-load-balancers';
import { openInstanceMetadata } from './rules/instance-metadata';
import { openCidrs } from './rules/open-cidrs';
import { plainVolumes } from './rules/plain-volumes';
import type { Properties } from './rules/properties';
import { unrestrictedPods } from './rules/restricted-pods';

/** Violations of one rule by one resource; empty when it complies. */
type Rule = (type: string, properties: Properties) => string[];

const policy = (name: string, description: string, rule: Rule): ResourceValidationPolicy => ({
  name,
  description,
  enforcementLevel: 'mandatory',
  validateResource: ({ type, props }, reportViolation) => {
    for (const violation of rule(type, props as Properties)) reportViolation(violation);
  },
});

/** The policies of the pack. */
export const POLICIES: readonly ResourceValidationPolicy[] = [
  policy('no-open-cidrs', 'Nothing is open to the internet.', openCidrs),
  policy('load-balancers-restricted', 'Load balancers say whom they let in.', openLoadBalancers),
  policy('imdsv2-required', 'Hosts give credentials to sessions only (IMDSv2).', openInstanceMetadata),
  policy('volumes-encrypted', 'Volumes are encrypted.', plainVolumes),
  policy('images-by-digest', 'Pods name their images by digest.', imagesWithoutDigest),
  policy('pods-restricted', 'Pods meet the Pod Security Standard "restricted".', unrestrictedPods),
];
