import type { z } from 'zod';
import { choice } from '../../config/key-documentation';
import { INDEX_STATES, type IndexName } from '../../sql/indexes';

const indexState = (name: IndexName, purpose: string) =>
  choice(INDEX_STATES, {
    default: ({ causes }) => (causes['missing-index']?.absent.includes(name) ? 'absent' : 'present'),
    description: `${purpose} In \`normal\` mode it is present, whatever is written here. An ablation: the scan times stay. A run whose \`${name}\` is not the preset's is not graded.`,
  });

/** This cause's keys of stack config. */
export const indexes = {
  idx_products_category: indexState(
    'idx_products_category',
    "The recommendation query's index. Without it PostgreSQL scans the whole table; present, nothing fails. In an outage with another cause `absent` is refused.",
  ),
  idx_products_category_active: indexState(
    'idx_products_category_active',
    "Baseline's index. Taken away, the healthy cohort suffers too.",
  ),
  idx_products_stock_quantity: indexState('idx_products_stock_quantity', "The low-stock query's index."),
} satisfies Record<IndexName, z.ZodType>;
