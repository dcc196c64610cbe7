import type { CheckoutInput } from './input';
import type { CreatedOrder, Product, Recommendation, ShippingQuote, Shop } from './shop';

/** What a checkout is asked for, what is known of its order on the way, and what comes out. */

export interface CheckoutRequest extends CheckoutInput {
  user_id: string;
  cart_id: string;
  idempotencyKey: string;
  /** False for a key made up for a caller who gave none: no earlier request can have had it. */
  keyIsCallers: boolean;
  /** How long recommendations may take (ms). */
  recommendationsTimeoutMs: number;
  /** The inventory asks for the payment itself, within its transaction. */
  paymentInTransaction: boolean;
}

export interface OrderLine {
  product: Product;
  quantity: number;
}

/** What is known before the first slow step. */
export interface PricedOrder {
  orderId: string;
  userId: string;
  /** Of all products together. */
  pieces: number;
  /** The goods, without shipping (USD cents): what is lost if the order fails. */
  goodsCents: number;
}

export interface OrderToPlace extends PricedOrder {
  lines: OrderLine[];
}

export interface PlacedOrder extends PricedOrder {
  created: CreatedOrder;
  paymentId: string;
  /** Null for an order of an earlier request: the quote isn't kept with it. */
  shipping: ShippingQuote | null;
  recommendations: Recommendation[];
}

export interface CheckoutServices extends Omit<Shop, 'fetchProduct' | 'listLowStock'> {
  product: (productId: number) => Promise<Product>;
}
