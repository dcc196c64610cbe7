import { z } from 'zod';
import { currencyCodeField, idField, orderItemsField, productIdTextField } from '../lib/fields';

/** What callers may send to the inventory. */

const orderIdField = z.uuid('must be a UUID');

export const reservationBody = z.object({
  order_id: orderIdField,
  items: orderItemsField,
  /** With it the reservation counts only if the card is good for so much. */
  payment: z
    .object({
      amount: z.number().positive(),
      currency: currencyCodeField,
      user_id: idField,
      card: idField.optional(),
    })
    .optional(),
});

export const reservationParams = z.object({ id: orderIdField });
export const stockParams = z.object({ id: productIdTextField });

/** Pieces of a product. */
export type Item = z.infer<typeof reservationBody>['items'][number];
