/** Ranks the candidates of a recommendation for a user. Pure; what the user saw comes from seen-history.ts. */

export interface Candidate {
  id: number;
  popularity_score: number;
  price_cents: number;
}

/** The name of the ranking, in every answer: an engineer comparing two answers must know it. */
export const RANKING_MODEL = 'popularity-unseen-first-v1';

/** How many of the ranked products a page shows: these count as seen. */
export const SHOWN_PER_PAGE = 3;

/** How many products of a user are remembered. */
export const REMEMBERED_PER_USER = 30;

/**
 * Unseen products first, the more popular the earlier (the cheaper, then the older, where popularity ties). Then
 * the seen ones, that which was seen longest ago first.
 * @param seen product ids, the one seen last first
 * @returns the ids in their order, each once
 */
export function rank(candidates: readonly Candidate[], seen: readonly number[]): number[] {
  // Position 0 was seen last; an unseen product is further away than any seen one.
  const distance = new Map<number, number>();
  seen.forEach((id, index) => {
    if (!distance.has(id)) distance.set(id, index);
  });
  const distanceOf = (candidate: Candidate): number => distance.get(candidate.id) ?? seen.length;
  const ordered = [...candidates].sort(
    (a, b) =>
      distanceOf(b) - distanceOf(a) ||
      b.popularity_score - a.popularity_score ||
      a.price_cents - b.price_cents ||
      a.id - b.id,
  );
  return [...new Set(ordered.map((candidate) => candidate.id))];
}

/** What the user has seen after this page: the products shown now first, each once, the oldest forgotten. */
export function seenAfter(shown: readonly number[], seenBefore: readonly number[]): number[] {
  return [...new Set([...shown, ...seenBefore])].slice(0, REMEMBERED_PER_USER);
}
