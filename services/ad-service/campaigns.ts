/** The shop's campaigns and which of them a page shows. */

export interface Ad {
  id: string;
  title: string;
  text: string;
  /** A page of the shop. */
  href: string;
}

const ad = (id: string, title: string, text: string, category: string): Ad => ({
  id,
  title,
  text,
  href: `/?category=${category}`,
});

/** Campaigns by the category in which they run. */
const CAMPAIGNS: Readonly<Record<string, readonly Ad[]>> = {
  electronics: [
    ad(
      'ad-el-1',
      'Hear the difference',
      'Headphones and speakers, tried in our own listening room.',
      'electronics',
    ),
    ad('ad-el-2', 'A desk that works', 'Monitors, keyboards and webcams that fit together.', 'electronics'),
    ad('ad-el-3', 'Home on one network', 'Routers for every floor, set up in ten minutes.', 'electronics'),
    ad('ad-el-4', 'Bring the cinema home', 'Projectors for walls that are not quite white.', 'electronics'),
  ],
  books: [
    ad('ad-bo-1', 'Three for a long weekend', 'Editions our booksellers read twice.', 'books'),
    ad('ad-bo-2', 'Boxed for giving', 'Collected works, wrapped on request.', 'books'),
  ],
  home: [
    ad('ad-ho-1', 'A quieter kitchen', 'Sets that last longer than their warranty.', 'home'),
    ad('ad-ho-2', 'Lights for the dark months', 'Warm light, low bills.', 'home'),
  ],
  garden: [
    ad('ad-ga-1', 'Plant now, sit later', 'Kits for balconies and small yards.', 'garden'),
    ad('ad-ga-2', 'Tools that keep an edge', 'Forged, oiled, and ours to sharpen for life.', 'garden'),
  ],
  toys: [
    ad('ad-to-1', 'Rainy day, solved', 'Boxes that keep four hands busy.', 'toys'),
    ad('ad-to-2', 'Build it again', 'Sets that survive being taken apart.', 'toys'),
  ],
  sports: [
    ad('ad-sp-1', 'First run, next run', 'Kits for people who start on Monday.', 'sports'),
    ad('ad-sp-2', 'Weather is no excuse', 'Layers for wind, rain and early mornings.', 'sports'),
  ],
  fashion: [
    ad('ad-fa-1', 'The classic, again', 'Cut as it was, from better cloth.', 'fashion'),
    ad('ad-fa-2', 'Repair is included', 'Every seam, for as long as you wear it.', 'fashion'),
  ],
  grocery: [
    ad('ad-gr-1', 'The pantry box', 'Twelve things you would have gone out for.', 'grocery'),
    ad('ad-gr-2', 'Roasted on Tuesday', 'Coffee that travels two days, not two months.', 'grocery'),
  ],
};

/** What a page shows whose category has no campaign of its own. */
const HOUSE_ADS: readonly Ad[] = [
  ad('ad-house-1', 'Thirty days to change your mind', 'Send it back, we pay the postage.', 'electronics'),
  ad('ad-house-2', 'Gift cards', 'For the friend who has everything but this.', 'electronics'),
];

/** Ads on one page. */
export const ADS_PER_PAGE = 2;

/**
 * The ads of a category: its campaigns take turns, each minute the next pair, so every visitor of a minute sees
 * the same ones.
 * @param nowMs Unix milliseconds
 */
export function adsFor(category: string, nowMs: number): Ad[] {
  const running = Object.hasOwn(CAMPAIGNS, category) ? (CAMPAIGNS[category] ?? HOUSE_ADS) : HOUSE_ADS;
  const turn = Math.floor(nowMs / 60_000) * ADS_PER_PAGE;
  const shown = Math.min(ADS_PER_PAGE, running.length);
  return Array.from({ length: shown }, (_, index) => running[(turn + index) % running.length]).filter(
    (candidate) => candidate !== undefined,
  );
}
