/** The shop's campaigns and which of them a page shows. */

export interface Ad {
  id: string;
  title: string;
  text: string;
  /** A page of the shop. */
  href: string;
}

type Text = readonly [title: string, text: string];

/** Campaigns that lead to a category, numbered. */
const adsOf = (name: string, category: string, texts: readonly Text[]): readonly Ad[] =>
  texts.map(([title, text], index) => ({
    id: `ad-${name}-${index + 1}`,
    title,
    text,
    href: `/?category=${category}`,
  }));

/** Campaigns by the category in which they run. */
const CAMPAIGNS = new Map(
  Object.entries<readonly Text[]>({
    electronics: [
      ['Hear the difference', 'Headphones and speakers, tried in our own listening room.'],
      ['A desk that works', 'Monitors, keyboards and webcams that fit together.'],
      ['Home on one network', 'Routers for every floor, set up in ten minutes.'],
      ['Bring the cinema home', 'Projectors for walls that are not quite white.'],
    ],
    books: [
      ['Three for a long weekend', 'Editions our booksellers read twice.'],
      ['Boxed for giving', 'Collected works, wrapped on request.'],
    ],
    home: [
      ['A quieter kitchen', 'Sets that last longer than their warranty.'],
      ['Lights for the dark months', 'Warm light, low bills.'],
    ],
    garden: [
      ['Plant now, sit later', 'Kits for balconies and small yards.'],
      ['Tools that keep an edge', 'Forged, oiled, and ours to sharpen for life.'],
    ],
    toys: [
      ['Rainy day, solved', 'Boxes that keep four hands busy.'],
      ['Build it again', 'Sets that survive being taken apart.'],
    ],
    sports: [
      ['First run, next run', 'Kits for people who start on Monday.'],
      ['Weather is no excuse', 'Layers for wind, rain and early mornings.'],
    ],
    fashion: [
      ['The classic, again', 'Cut as it was, from better cloth.'],
      ['Repair is included', 'Every seam, for as long as you wear it.'],
    ],
    grocery: [
      ['The pantry box', 'Twelve things you would have gone out for.'],
      ['Roasted on Tuesday', 'Coffee that travels two days, not two months.'],
    ],
  }).map(([category, texts]) => [category, adsOf(category.slice(0, 2), category, texts)]),
);

/** What a page shows whose category has no campaign of its own. */
const HOUSE_ADS = adsOf('house', 'electronics', [
  ['Thirty days to change your mind', 'Send it back, we pay the postage.'],
  ['Gift cards', 'For the friend who has everything but this.'],
]);

/** Ads on one page. */
export const ADS_PER_PAGE = 2;

/**
 * The ads of a category: its campaigns take turns, each minute the next pair, so every visitor of a minute sees
 * the same ones.
 * @param nowMs Unix milliseconds
 */
export function adsFor(category: string, nowMs: number): Ad[] {
  const running = CAMPAIGNS.get(category) ?? HOUSE_ADS;
  const turn = Math.floor(nowMs / 60_000) * ADS_PER_PAGE;
  const shown = Math.min(ADS_PER_PAGE, running.length);
  return Array.from({ length: shown }, (_, index) => running[(turn + index) % running.length]).filter(
    (candidate) => candidate !== undefined,
  );
}
