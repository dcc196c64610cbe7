import { randomUUID } from 'node:crypto';
import { logger } from '../lib/logger';
import type { BrowseInput } from './input';
import type { Shop } from './shop';

const ONE_DOLLAR_CENTS = 100;

/**
 * A visit to the shop: the cart, then products, ads and the exchange rate side by side.
 * @throws DownstreamError when cart, product-catalog or currency fail; ads may be missing
 */
export async function browse(
  input: BrowseInput,
  services: Pick<Shop, 'readCart' | 'listProducts' | 'fetchAds' | 'convertFromUsd'>,
) {
  const visitor = randomUUID();
  const cart = await services.readCart(input.cart_id ?? `guest-${visitor}`);
  const [products, ads, dollar] = await Promise.all([
    services.listProducts(input.category),
    services.fetchAds(input.category).catch((error: unknown) => {
      logger.warn({ event: 'ads_missing', err: error }, 'browse without ads');
      return null;
    }),
    services.convertFromUsd(ONE_DOLLAR_CENTS, input.currency),
  ]);
  return {
    userId: input.user_id ?? `guest-${visitor}`,
    cart,
    products,
    ads: ads ?? [],
    /** The page works without them; people who look at traces should see that it had none. */
    adsMissing: ads === null,
    /** What a dollar is in the visitor's currency. */
    dollar,
  };
}
