/** Images kept in a repository, the newest: whatever their age, a rollback may want the one before. */
export const IMAGES_KEPT = 20;

/** ECR's lifecycle policy document (JSON). */
export function lifecyclePolicy(): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: 'all but the newest',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: IMAGES_KEPT },
        action: { type: 'expire' },
      },
    ],
  });
}
