import { z } from 'zod';
import { group, key } from '../../config/key-documentation';
import type { IndexName } from '../../sql/indexes';

const indexState = (name: IndexName, purpose: string) =>
  key(z.enum(['present', 'absent']), {
    type: 'string',
    allowed: '`present` or `absent`',
    default: ({ causes }) => (causes['missing-index']?.absent.includes(name) ? 'absent' : 'present'),
    description: `${purpose} In \`normal\` mode it is present, whatever is written here. An ablation: the scan times stay. A run whose \`${name}\` is not the preset's is not graded.`,
  });

const indexes = {
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

/** This cause's keys of stack config, by group. */
export const INDEX_GROUPS = { indexes } as const;
export const INDEX_KEYS = { indexes: group(indexes) };
