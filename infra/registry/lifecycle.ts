/** Images kept in a repository, the newest. Deployed is the last one pushed, and it is tagged. */
export const IMAGES_KEPT = 20;

/** Days after which an image that lost its tag to a newer one is removed. */
export const UNTAGGED_DAYS = 14;

/** ECR's lifecycle policy document (JSON). */
export function lifecyclePolicy(): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: 'images that lost their tag to a newer one',
        selection: {
          tagStatus: 'untagged',
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: UNTAGGED_DAYS,
        },
        action: { type: 'expire' },
      },
      {
        rulePriority: 2,
        description: 'all but the newest',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: IMAGES_KEPT },
        action: { type: 'expire' },
      },
    ],
  });
}
