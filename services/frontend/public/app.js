/** The storefront: categories, shelves and the way to the cart. */

import { api } from './api.js';
import { cart } from './cart.js';
import { button, byId, h, messageOf } from './lib/dom.js';
import { openDrawer, redrawDrawer, sentence, setUpDrawer } from './drawer.js';
import { chooseCurrency, currencyCode, currencyCodes, price, useRates } from './money.js';
import { picture } from './pictures.js';
import { SHOP } from './shop-facts.js';
import { showToast } from './toast.js';
import { visitor } from './visitor.js';

/** @import { Ad, Product } from '../shop' */

const [MAIN_CATEGORY] = SHOP.categories;
const SHOWN_AT_FIRST = 12;
const SHELF_LENGTH = 8;
/** From here on a product says how few are left. */
const FEW_LEFT = 10;

/** @type {{ category: string, products: Product[], shown: number, deal: Product | null, lowStock: Product[] }} */
const state = {
  category: categoryOfAddress(),
  products: [],
  shown: SHOWN_AT_FIRST,
  deal: null,
  lowStock: [],
};

function categoryOfAddress() {
  const wanted = new URLSearchParams(location.search).get('category');
  return wanted !== null && SHOP.categories.includes(wanted) ? wanted : MAIN_CATEGORY;
}

// ── drawing ─────────────────────────────────────────────────────────────────

function drawCategories() {
  byId('categories').replaceChildren(
    ...SHOP.categories.map((category) =>
      h(
        'li',
        h(
          'a',
          {
            href: `/?category=${category}`,
            'aria-current': category === state.category ? 'page' : null,
            onclick: (/** @type {MouseEvent} */ event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              history.pushState(null, '', `/?category=${category}`);
              void showCategory(category);
            },
          },
          sentence(category),
        ),
      ),
    ),
  );
}

/** @param {Product} product @param {HTMLButtonElement} button */
async function add(product, button) {
  button.disabled = true;
  try {
    await cart.add(product.id);
    showToast(`${product.name} is in your cart`);
  } catch (error) {
    showToast(messageOf(error));
  } finally {
    button.disabled = false;
  }
}

const addButton = (/** @type {Product} */ product, label = 'Add to cart') => {
  const disabled = product.stock_quantity < 1;
  return button(disabled ? 'Sold out' : label, (event) => void add(product, event.currentTarget), 'small', {
    'aria-label': `Add ${product.name} to the cart`,
    disabled,
  });
};

/** @param {Product} product */
function stockNote(product) {
  if (product.stock_quantity < 1) return h('p.stock.gone', 'Back in a week or two');
  if (product.stock_quantity <= FEW_LEFT) return h('p.stock.few', `Only ${product.stock_quantity} left`);
  return h('p.stock', 'In stock');
}

const card = (/** @type {Product} */ product) =>
  h(
    'li.card',
    h('div.card-picture', picture(product)),
    h(
      'div.card-text',
      h('h3', product.name),
      stockNote(product),
      h('div.card-row', h('p.price', price(product.price_cents)), addButton(product, 'Add')),
    ),
  );

function drawProducts() {
  byId('products-title').textContent = `New in ${state.category}`;
  byId('product-grid').replaceChildren(...state.products.slice(0, state.shown).map(card));
  byId('products-note').textContent =
    state.products.length > 0 ? `The newest ${state.products.length}, latest first.` : '';
  byId('more').hidden = state.shown >= state.products.length;
}

function drawSkeletons() {
  byId('more').hidden = true;
  byId('product-grid').replaceChildren(
    ...Array.from({ length: SHOWN_AT_FIRST }, () => h('li.card.skeleton', { 'aria-hidden': 'true' })),
  );
}

function drawDeal() {
  const section = byId('deal');
  section.hidden = state.deal === null;
  if (state.deal === null) return;
  section.replaceChildren(
    h(
      'div.deal-text',
      h('p.eyebrow', 'Deal of the day'),
      h('h1', { id: 'deal-title' }, state.deal.name),
      h('p.deal-pitch', 'One thing a day, at the price we paid for it. Ships tomorrow from Columbus.'),
      h('div.deal-row', h('p.price.big', price(state.deal.price_cents)), addButton(state.deal)),
    ),
    h('div.deal-picture', picture(state.deal)),
  );
}

function drawLowStock() {
  byId('selling-fast').hidden = state.lowStock.length === 0;
  byId('selling-fast-list').replaceChildren(...state.lowStock.slice(0, SHELF_LENGTH).map(card));
}

/** @param {Ad[]} ads */
function drawAds(ads) {
  const section = byId('ads');
  section.hidden = ads.length === 0;
  section.replaceChildren(
    ...ads.map((ad) =>
      h(
        'a',
        // A campaign leads to a page of this shop, nowhere else.
        { class: 'ad', href: ad.href.startsWith('/') && !ad.href.startsWith('//') ? ad.href : '/' },
        h('strong', ad.title),
        h('span', ad.text),
      ),
    ),
  );
}

function drawCartCount() {
  const count = cart.count();
  const badge = byId('cart-count');
  badge.hidden = count === 0;
  badge.textContent = String(count);
  byId('open-cart').setAttribute('aria-label', count === 1 ? 'Cart, one piece' : `Cart, ${count} pieces`);
}

function drawCurrencies() {
  byId('currency').replaceChildren(
    ...currencyCodes().map((code) => h('option', { value: code, selected: code === currencyCode() }, code)),
  );
}

function drawPrices() {
  drawProducts();
  drawDeal();
  drawLowStock();
  redrawDrawer();
}

// ── loading ─────────────────────────────────────────────────────────────────

/** @param {string} category */
async function showCategory(category) {
  Object.assign(state, { category, products: [], shown: SHOWN_AT_FIRST });
  drawCategories();
  drawProducts();
  drawSkeletons();
  byId('products-status').replaceChildren();
  try {
    const page = await api.browse({
      user_id: visitor.userId,
      cart_id: visitor.cartId,
      category,
      currency: currencyCode(),
    });
    // The visitor may have gone on to another category in the meantime.
    if (state.category !== category) return;
    state.products = page.products;
    drawProducts();
    drawAds(page.ads);
  } catch (error) {
    if (state.category === category) drawProductsFailure(category, error);
  }
}

/** @param {string} category @param {unknown} error */
function drawProductsFailure(category, error) {
  byId('product-grid').replaceChildren();
  byId('products-status').replaceChildren(
    h(
      'div.notice',
      h('p', 'These products cannot be shown right now.'),
      h('p.fine', messageOf(error)),
      button('Try again', () => void showCategory(category), 'quiet'),
    ),
  );
}

/**
 * Loads a part that the page can do without: if it fails, its place stays empty.
 * @template T
 * @param {() => Promise<T>} request @param {(answer: T) => void} use
 */
async function loadExtra(request, use) {
  try {
    use(await request());
  } catch {
    // The rest of the page says enough if the shop is down.
  }
}

function start() {
  drawCategories();
  drawCurrencies();
  setUpDrawer();
  byId('open-cart').addEventListener('click', openDrawer);
  byId('more').addEventListener('click', () => {
    state.shown += SHOWN_AT_FIRST;
    drawProducts();
  });
  const currency = /** @type {HTMLSelectElement} */ (byId('currency'));
  currency.addEventListener('change', () => {
    chooseCurrency(currency.value);
    drawPrices();
  });
  window.addEventListener('popstate', () => void showCategory(categoryOfAddress()));
  cart.onChange(drawCartCount);

  void loadExtra(api.currencies, ({ rates }) => {
    useRates(rates);
    drawCurrencies();
    if (state.products.length > 0) drawPrices();
  });
  void showCategory(state.category);
  void loadExtra(() => cart.load(), drawCartCount);
  void loadExtra(
    () => api.product(SHOP.dealOfTheDay),
    ({ product }) => {
      state.deal = product;
      drawDeal();
    },
  );
  void loadExtra(api.lowStock, ({ products }) => {
    state.lowStock = products;
    drawLowStock();
  });
}

// Before the first request, which its trace is to lead to; a page that cannot tell how it fares sells all the same.
if (SHOP.browserTelemetry) await import('./telemetry.js').catch(() => undefined);
start();
