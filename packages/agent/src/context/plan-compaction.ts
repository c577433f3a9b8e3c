import type { Message, SummaryBody } from '@cuttle/core-types';
import { truncateOutput } from '../truncate-output.ts';
import type { TokenMeter } from './token-meter.ts';

/** An entry of the stored transcript. */
export interface ContextEntry {
  readonly seq: number;
  readonly runId: string | undefined;
  readonly messages: readonly Message[];
}

/** What is summarised next. */
export interface CompactionPlan {
  /** Entries that one call of the summariser can read, oldest first. */
  readonly chunk: readonly ContextEntry[];
  /** The last of them. */
  readonly uptoSeq: number;
  /** How far summaries shall reach when all is done. */
  readonly target: number;
  /** Requests that are still being answered where the chunk ends. */
  readonly kept: readonly Message[];
}

/** Share of the room that stays as it was said. */
const keptShare = 0.3;
/** What stays may be so many times as long before its results are cut: it is read at every turn. */
const mostWhole = 6;

/**
 * What to summarise of the entries behind the last summary, so that the newest of them stay as they are; `undefined` where nothing can be.
 * A cut never parts a call from its result. `target`: how far an earlier plan wanted to come, which is held to.
 */
export function planCompaction(
  entries: readonly ContextEntry[],
  room: {
    /** Tokens; a share of them stays as it was said. */
    readonly kept: number;
    /** Entries that stay at most. */
    readonly keptEntries: number;
    /** Tokens that one call of the summariser can read. */
    readonly chunk: number;
  },
  {
    meter,
    previous,
    target,
  }: {
    readonly meter: TokenMeter;
    readonly previous: SummaryBody | undefined;
    readonly target?: number | undefined;
  },
): CompactionPlan | undefined {
  const cut =
    target === undefined
      ? cutFor(entries, { tokens: room.kept * keptShare, entries: room.keptEntries }, meter)
      : entries.findIndex(({ seq }) => seq > target);
  const end = cut < 0 ? entries.length : cut;
  const last = entries[end - 1];
  if (end === 0 || last === undefined) return undefined;
  const taken = chunkEnd(entries.slice(0, end), room.chunk, meter);
  const chunk = entries.slice(0, taken);
  const uptoSeq = chunk.at(-1)?.seq ?? last.seq;
  const kept = keptRequests({ entries, taken, previous }, room.kept * keptShare, meter);
  return { chunk, uptoSeq, target: last.seq, kept };
}

/** Where the part begins that stays: the longest that has room, and at least what is being answered now. */
function cutFor(
  entries: readonly ContextEntry[],
  room: { readonly tokens: number; readonly entries: number },
  meter: TokenMeter,
): number {
  let tokens = 0;
  let whole = 0;
  let cut = lastStart(entries);
  const first = Math.max(1, entries.length - room.entries);
  for (let at = entries.length - 1; at >= first; at -= 1) {
    tokens += tokensIn(entries[at], room.tokens / 4, meter);
    whole += meter.ofMessages(entries[at]?.messages ?? []);
    if (tokens > room.tokens || whole > room.tokens * mostWhole) break;
    if (at <= cut && startsPart(entries, at)) cut = at;
  }
  return cut;
}

/** A result is cut where it does not fit, so it does not push out what was said before it. */
function tokensIn(entry: ContextEntry | undefined, most: number, meter: TokenMeter): number {
  const tokens = meter.ofMessages(entry?.messages ?? []);
  return roleOf(entry) === 'tool' ? Math.min(tokens, most) : tokens;
}

/** The last place where a part may begin: the newest input, or the answer whose results are newer. */
function lastStart(entries: readonly ContextEntry[]): number {
  let at = entries.length - 1;
  while (at > 0 && !startsPart(entries, at)) at -= 1;
  while (at > 0 && isAskedTogether(entries, at)) at -= 1;
  return Math.max(0, at);
}

/** Inputs of one run. One that an earlier run left without an answer is no part of what is being answered. */
function isAskedTogether(entries: readonly ContextEntry[], at: number): boolean {
  const [before, here] = [entries[at - 1], entries[at]];
  return roleOf(here) === 'user' && roleOf(before) === 'user' && here?.runId === before?.runId;
}

function startsPart(entries: readonly ContextEntry[], at: number): boolean {
  return roleOf(entries[at]) !== 'tool';
}

function roleOf(entry: ContextEntry | undefined): Message['role'] {
  return entry?.messages[0]?.role ?? 'user';
}

/** How many entries a summariser can read at once. One that is too long alone is read in part. */
function chunkEnd(entries: readonly ContextEntry[], room: number, meter: TokenMeter): number {
  let tokens = 0;
  let end = 0;
  for (const [at, { messages }] of entries.entries()) {
    // What is too long alone is read in part.
    tokens += Math.min(meter.ofMessages(messages), room / 2);
    if (tokens > room && end > 0) break;
    if (at + 1 === entries.length || startsPart(entries, at + 1)) end = at + 1;
  }
  return Math.max(end, 1);
}

/** Where a cut falls between a request and its answer, the request is repeated behind the summary. */
function keptRequests(
  {
    entries,
    taken,
    previous,
  }: {
    readonly entries: readonly ContextEntry[];
    readonly taken: number;
    readonly previous: SummaryBody | undefined;
  },
  room: number,
  meter: TokenMeter,
): readonly Message[] {
  if (taken >= entries.length || roleOf(entries[taken]) === 'user') return [];
  let end = taken;
  while (end > 0 && roleOf(entries[end - 1]) !== 'user') end -= 1;
  let start = end;
  while (start > 0 && roleOf(entries[start - 1]) === 'user') start -= 1;
  const requests =
    end === 0
      ? (previous?.kept ?? [])
      : entries.slice(start, end).flatMap(({ messages }) => messages);
  const share = room / Math.max(1, requests.length);
  return requests.flatMap((message) =>
    message.role === 'user' ? [shortened(message, share, meter)] : [],
  );
}

function shortened(
  message: Extract<Message, { role: 'user' }>,
  room: number,
  meter: TokenMeter,
): Message {
  if (meter.ofMessage(message) <= room) return message;
  const parts = message.parts.flatMap((part) =>
    part.type === 'text'
      ? [{ ...part, text: truncateOutput(part.text, Math.max(400, Math.floor(room))) }]
      : [],
  );
  return { ...message, parts };
}
