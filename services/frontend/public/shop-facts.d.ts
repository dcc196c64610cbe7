export { SHOP } from '../shop-facts';
