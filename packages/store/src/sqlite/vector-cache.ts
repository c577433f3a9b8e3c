import type { Database } from './database.ts';
import { bytesOfShelf, createShelf, type Shelf, type ShelfPlace } from './vector-shelf.ts';

/** Vectors that a connection holds in memory, so that a search reads none. */
export interface VectorCache {
  /**
   * The vectors of an agent and model as they are in this read transaction; undefined where they need more memory than there is for them, and
   * are read one after the other.
   */
  find(db: Database, place: ShelfPlace): Pick<Shelf, 'search'> | undefined;
}

/** 60,000 vectors of 384 numbers. */
const maxBytes = 96 * 1024 * 1024;

/** Those that were asked for last stay, as many as there is room for. */
export function createVectorCache(mostBytes: number = maxBytes): VectorCache {
  const shelves = new Map<string, Shelf>();
  const evict = (room: number): void => {
    let left = [...shelves.values()].reduce((sum, { bytes }) => sum + bytes(), 0);
    for (const [name, { bytes }] of shelves) {
      if (left <= room) return;
      left -= bytes();
      shelves.delete(name);
    }
  };
  return {
    find(db, place) {
      const name = JSON.stringify([place.agentId, place.model, place.dimensions]);
      const known = shelves.get(name);
      // The last in the map is the last to go.
      shelves.delete(name);
      if (known?.isFresh(db)) {
        shelves.set(name, known);
        return known;
      }
      const needed = bytesOfShelf(db, place);
      if (needed > mostBytes) return undefined;
      const shelf = known ?? createShelf(place);
      evict(mostBytes - needed);
      shelf.refresh(db);
      shelves.set(name, shelf);
      return shelf;
    },
  };
}
