import type { ShopFacts } from '../shop-facts';

export const SHOP: ShopFacts;
