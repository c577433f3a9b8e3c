import type {
  AmbiguousSend,
  CrashRecord,
  ExpectedNotice,
  ShownText,
  UnconfirmedText,
} from './crash-record.ts';

/** A text with ids, and the texts without any that follow it. */
export interface Reply {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
}

/** A place as it is seen, in order, with what is listed as unconfirmed where it would stand. */
export interface SeenPlace {
  readonly replies: readonly Reply[];
  /** What the gateway itself said, as foreseen. */
  readonly notes: readonly { readonly text: string }[];
  /** Texts that continue no reply and were not foreseen. */
  readonly strays: readonly string[];
  readonly ambiguous: readonly AmbiguousSend[];
  readonly orphans: number;
}

/** The ids that an answer of the echo script names. */
export function idsOf(text: string): string[] {
  return [...text.matchAll(/\(id=([\w.:-]+)\)/g)].flatMap(([, id]) => id ?? []);
}

export function readReplies(record: CrashRecord, place: string): SeenPlace {
  const { mark, placeholder, notices } = record;
  const shown = record.shown.filter((text) => text.place === place);
  const listed = inOrder(
    record.unconfirmed.filter((text) => text.place === place),
    shown,
  );
  const marked = readMarked(shown, mark);
  const isNote = (text: string): boolean => notices.some(({ words }) => words.test(text));
  const replies: { ids: string[]; texts: string[] }[] = [];
  const notes: { text: string }[] = [];
  const strays: string[] = [];
  let orphans = 0;
  for (const text of withListed(marked.shown, listed)) {
    const ids = idsOf(text);
    if (text === placeholder) orphans += 1;
    else if (ids.length > 0) replies.push({ ids, texts: [text] });
    else if (isNote(text)) notes.push({ text });
    else if (replies.length > 0) replies.at(-1)?.texts.push(text);
    else strays.push(text);
  }
  const ambiguous = [
    ...marked.ambiguous,
    ...listed.flatMap((row) => toAmbiguous(row, shown)),
    ...notices.flatMap((notice) => (notice.place === place ? toOutlived(notice, notes) : [])),
  ];
  return { replies, notes, strays, orphans, ambiguous };
}

/** Repetitions with the mark are counted and taken out; what they repeat stays. */
function readMarked(
  shown: readonly ShownText[],
  mark: string,
): { readonly shown: readonly ShownText[]; readonly ambiguous: readonly AmbiguousSend[] } {
  const kept: ShownText[] = [];
  const ambiguous: AmbiguousSend[] = [];
  for (const one of shown) {
    if (!one.text.startsWith(mark)) {
      kept.push(one);
      continue;
    }
    const text = one.text.slice(mark.length).trimStart();
    // A cut send is resolved before the next one of its conversation, so that its twin stands directly before it.
    const isTwin = kept.at(-1)?.text === text;
    if (!isTwin) kept.push({ ...one, text });
    const resolved = isTwin ? 'seen twice, marked' : 'seen once';
    ambiguous.push({ place: one.place, text: shorten(text), resolved });
  }
  return { shown: kept, ambiguous };
}

/** One that was seen stands before those that are listed behind it, though no receipt says so. */
function inOrder(
  listed: readonly UnconfirmedText[],
  shown: readonly ShownText[],
): readonly UnconfirmedText[] {
  let last = 0;
  return listed.map((row) => {
    const placed = { ...row, after: Math.max(row.after, last) };
    const seen = shown.find((text) => isTextOf(placed, text));
    last = Math.max(last, seen?.number ?? 0);
    return placed;
  });
}

/** What is listed and was not seen is put where it would stand. */
function withListed(
  shown: readonly ShownText[],
  listed: readonly UnconfirmedText[],
): readonly string[] {
  const items = shown.map(({ text, number }, index) => ({ text, at: number ?? index }));
  const unseen = listed
    .filter((row) => isPart(row) && !isSeen(row, shown))
    .map(({ text, after }) => ({ text, at: after + 0.5 }));
  return [...items, ...unseen].toSorted((a, b) => a.at - b.at).map(({ text }) => text);
}

function toAmbiguous(row: UnconfirmedText, shown: readonly ShownText[]): AmbiguousSend[] {
  if (row.kind === 'delete') return [];
  // A placeholder that is seen is counted as an orphan.
  if (row.kind === 'open' && isSeen(row, shown)) return [];
  const resolved = isSeen(row, shown) ? 'seen once' : 'not seen, listed';
  return [{ place: row.place, text: shorten(row.text), resolved }];
}

/** What should have been replaced by its end, and stands beside it. */
function toOutlived(
  { place, words, end }: ExpectedNotice,
  notes: SeenPlace['notes'],
): AmbiguousSend[] {
  if (!end || !notes.some(({ text }) => end.test(text))) return [];
  return notes
    .filter(({ text }) => words.test(text))
    .map(({ text }) => ({ place, text: shorten(text), resolved: 'seen once' }));
}

function isSeen(row: UnconfirmedText, shown: readonly ShownText[]): boolean {
  return shown.some((text) => isTextOf(row, text));
}

function isTextOf(row: UnconfirmedText, { text, number = Infinity }: ShownText): boolean {
  return text === row.text && number > row.after;
}

function isPart({ kind }: UnconfirmedText): boolean {
  return kind === 'send' || kind === 'edit';
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
