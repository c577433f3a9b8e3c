import { type Database, query } from './database.ts';
import { mostRanked, type WordCounts } from './search-text.ts';

const sumChunks = query<{ chunks: number }>(
  `SELECT coalesce(sum(chunks), 0) AS chunks FROM memory_file WHERE space = 'main' AND agent_id = ?`,
);

/** How many passages all files of an agent have. */
export function countChunks(db: Database, agentId: string): number {
  return db.find(sumChunks, agentId)?.chunks ?? 0;
}

const selectWord = query<{ doc: number }>(`SELECT doc FROM memory_word WHERE term = ?`);
/** Words that may begin alike. */
const mostAlike = 64;
const sumBeginning = query<{ docs: number; words: number }>(
  `SELECT coalesce(sum(doc), 0) AS docs, count(*) AS words FROM (SELECT doc FROM memory_word WHERE term >= ? AND term < ? LIMIT ${mostAlike})`,
);

/** How often words occur in the memory of all agents. Where this agent's is small, none is too common for it. */
export function createWordCounts(db: Database, agentId: string): WordCounts {
  const isSmall = countChunks(db, agentId) <= mostRanked;
  return {
    ofWord: (word) => (isSmall ? 0 : (db.find(selectWord, toIndexed(word))?.doc ?? 0)),
    ofBeginning(beginning) {
      const from = toIndexed(beginning);
      const { docs = 0, words = 0 } = db.find(sumBeginning, from, `${from}\u{10ffff}`) ?? {};
      if (words === mostAlike) return Infinity;
      return isSmall ? 0 : docs;
    },
  };
}

/** As the index has it: without marks over letters. */
function toIndexed(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{M}/gu, '');
}
