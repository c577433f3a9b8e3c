/**
 * Conversations in which bots have spoken among themselves for too long, so that none of them is answered until a person speaks. Only for
 * showing: what decides is in the rows.
 */
export interface QuietPlaces {
  /** False where it was known already. */
  add(accountId: string, key: string): boolean;
  remove(accountId: string, key: string): void;
  count(accountId: string | undefined): number;
}

/** Beyond so many of one account they are counted no more. */
const most = 1000;

export function createQuietPlaces(): QuietPlaces {
  const places = new Map<string, Set<string>>();
  return {
    add(accountId, key) {
      const known = places.get(accountId) ?? new Set();
      if (known.has(key)) return false;
      if (known.size < most) places.set(accountId, known.add(key));
      return true;
    },
    remove: (accountId, key) => void places.get(accountId)?.delete(key),
    count: (accountId = '') => places.get(accountId)?.size ?? 0,
  };
}
