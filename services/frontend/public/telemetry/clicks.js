/** Which click it was, in words that are few: never what a product or a visitor is called. */

const CLICKABLE = 'a, button, summary, select, input, [role="button"]';
/** A caption of the shop's own; names of products and ids are in labels, or longer. */
const CAPTION = /^[A-Za-z][A-Za-z ]{0,31}$/;

/**
 * @param {EventTarget | null} target
 * @returns {{ name: string, attributes: Record<string, string> } | null} null: nothing that can be clicked
 */
export function describeClick(target) {
  const widget = target instanceof Element ? target.closest(CLICKABLE) : null;
  if (!widget) return null;
  const text = (widget.textContent ?? '').trim().replaceAll(/\s+/g, ' ');
  const caption = CAPTION.test(text) ? text : null;
  const attributes = {
    ...(widget.id === '' ? {} : { 'app.widget.id': widget.id }),
    ...(caption === null ? {} : { 'app.widget.name': caption }),
  };
  return { name: `click ${caption ?? (widget.id || widget.localName)}`, attributes };
}
