import {
  type CrashRecord,
  type CrashVerdict,
  emptyVerdict,
  joinVerdicts,
  type SaidMessage,
} from './crash-record.ts';
import { readReplies, type Reply, type SeenPlace } from './read-replies.ts';

/**
 * Whether every message was answered once, whole and in order, as the outside sees it. A reply is a text with an `(id=…)` and
 * the texts without one that follow it; a repetition that bears the mark, and a text that is listed as unconfirmed, are ambiguous.
 */
export function judgeAnswers(record: CrashRecord): CrashVerdict {
  const all = [...record.said, ...record.notices, ...record.shown, ...record.unconfirmed];
  const places = new Set(all.map(({ place }) => place));
  return joinVerdicts([...places].map((place) => judgePlace(record, place)));
}

function judgePlace(record: CrashRecord, place: string): CrashVerdict {
  const seen = readReplies(record, place);
  const said = record.said.filter((message) => message.place === place);
  return joinVerdicts([
    judgeNotices(record, place, seen),
    ...said.map((message) => judgeMessage(message, seen.replies)),
    judgeStrangers(place, said, seen),
    judgeOrder(place, said, seen.replies),
    { ...emptyVerdict, ambiguous: seen.ambiguous, orphans: seen.orphans },
  ]);
}

function judgeNotices({ notices }: CrashRecord, place: string, { notes }: SeenPlace): CrashVerdict {
  const here = notices.filter((notice) => notice.place === place);
  const names = new Map(here.map((notice) => [notice.words.source, notice]));
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const [source, { words, count }] of names) {
    const wanted = here.filter((notice) => notice.words.source === source).length;
    const found = notes.filter(({ text }) => words.test(text)).length;
    if (found > wanted) doubled.push(`${place}: ${source}`);
    if (found < wanted && count === 'once') lost.push(`${place}: ${source}`);
  }
  return { ...emptyVerdict, lost, doubled };
}

function judgeMessage(
  { id, place, expects, answer }: SaidMessage,
  replies: readonly Reply[],
): CrashVerdict {
  const name = `${place}: ${id}`;
  const found = replies.flatMap((reply) => reply.ids.filter((one) => one === id).map(() => reply));
  if (found.length > 1) return { ...emptyVerdict, doubled: [name] };
  const [reply] = found;
  if (!reply) return expects === 'answer' ? { ...emptyVerdict, lost: [name] } : emptyVerdict;
  return answer === undefined ? emptyVerdict : judgeWhole(name, answer, reply);
}

/** A reply may have been split anywhere between two words. */
function judgeWhole(name: string, answer: string, reply: Reply): CrashVerdict {
  const wanted = wordsOf(answer);
  const got = wordsOf(reply.texts.join(' '));
  if (got.join(' ') === wanted.join(' ')) return emptyVerdict;
  const at = wanted.findIndex((word, index) => word !== got[index]);
  const from = Math.max(0, (at < 0 ? wanted.length : at) - 3);
  const near = got.slice(from, from + 12).join(' ');
  const what = `${name}: ${got.length} words of ${wanted.length}; from word ${from}: "${near}"`;
  return got.length > wanted.length
    ? { ...emptyVerdict, doubled: [what] }
    : { ...emptyVerdict, lost: [what] };
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** What was shown here and belongs to nothing that was said here. */
function judgeStrangers(
  place: string,
  said: readonly SaidMessage[],
  { replies, strays }: SeenPlace,
): CrashVerdict {
  const known = new Set(said.map(({ id }) => id));
  const ids = new Set(replies.flatMap((reply) => reply.ids));
  const violations = [
    ...[...ids]
      .filter((id) => !known.has(id))
      .map((id) => `${place}: an answer to ${id}, which was not said here`),
    ...strays.map((text) => `${place}: nobody asked for "${text.slice(0, 120)}"`),
  ];
  return { ...emptyVerdict, violations };
}

function judgeOrder(
  place: string,
  said: readonly SaidMessage[],
  replies: readonly Reply[],
): CrashVerdict {
  const orderOf = new Map(said.map(({ id, order }) => [id, order]));
  const misordered: string[] = [];
  let last: { id: string; order: number } | undefined;
  for (const id of replies.flatMap(({ ids }) => ids)) {
    const order = orderOf.get(id);
    if (order === undefined) continue;
    if (last && order < last.order) misordered.push(`${place}: ${id} after ${last.id}`);
    last = { id, order };
  }
  return { ...emptyVerdict, misordered };
}
