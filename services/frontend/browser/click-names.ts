/** A page has some dozen things to click. */
const MOST_NAMES = 64;
const OTHER = 'click other';

/**
 * The names that clicks have had, so far: one more than a page can have is `click other`. A back end keeps every name of a
 * span that it has ever seen, and anybody can make some up.
 */
export class ClickNames {
  private readonly known = new Set<string>();

  /** The name under which a click is passed on. */
  nameOf(name: string): string {
    if (this.known.size < MOST_NAMES) this.known.add(name);
    return this.known.has(name) ? name : OTHER;
  }
}
