import { toSummaryMessages, visibleWindow } from '@cuttle/agent';
import type { Message, SummaryBody } from '@cuttle/core-types';
import type { ClaimedRun, TranscriptEntry } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';

/** What of a transcript a model call is made from. */
export interface Boundary {
  /** The last entry that the call sees. */
  readonly uptoSeq: number;
  /** How far the summary reaches that stands before the entries. */
  readonly summaryUpto: number | undefined;
  /** The boundary of the run's first step. */
  readonly begunAt: number;
}

/** Whose it is. */
type TranscriptOf = Pick<ClaimedRun, 'sessionId' | 'generation'>;

/** A transcript as the loop goes on from it, before anything is pruned. */
export interface ReadTranscript {
  readonly messages: readonly Message[];
  /** Entries behind the summary. */
  readonly entries: number;
  readonly summary: SummaryBody | undefined;
}

/** Entries that one reading gives at most. */
const mostRead = 1000;

/**
 * The transcript up to a boundary, its media by name: the summary, and the entries behind it. Where the model's window is not known, only
 * the newest entries; which, is chosen where the run begins and stays while it grows, so that a step that is asked again after a cut is
 * asked with the same bytes.
 */
export async function readMessages(
  kernel: Kernel,
  claimed: TranscriptOf,
  { isBounded, ...boundary }: Boundary & { readonly isBounded: boolean },
): Promise<ReadTranscript> {
  const { uptoSeq, summaryUpto = 0 } = boundary;
  const hidden = isBounded ? visibleWindow(boundary.begunAt, kernel.settings().windowEntries) : 0;
  const [summary, entries] = await Promise.all([
    readSummary(kernel, claimed, boundary.summaryUpto),
    readEntries(kernel, claimed, { afterSeq: Math.max(hidden, summaryUpto), uptoSeq }),
  ]);
  const said = entries.flatMap((entry) => entry.messages);
  const first = said.findIndex(({ role }) => role === 'user' || role === 'system');
  const messages = summary
    ? [...toSummaryMessages(summary), ...said]
    : said.slice(Math.max(0, first));
  return { messages, entries: entries.length, summary };
}

async function readSummary(
  { store }: Kernel,
  { sessionId, generation }: TranscriptOf,
  uptoSeq: number | undefined,
): Promise<SummaryBody | undefined> {
  if (uptoSeq === undefined) return undefined;
  return (await store.reader.findSummary({ sessionId, generation, uptoSeq }))?.body;
}

/** Entries of a range, the newest that one reading gives. */
export async function readEntries(
  { store }: Kernel,
  { sessionId, generation }: TranscriptOf,
  { afterSeq, uptoSeq }: { readonly afterSeq: number; readonly uptoSeq: number },
): Promise<readonly TranscriptEntry[]> {
  return store.reader.readTranscript({
    sessionId,
    generation,
    afterSeq: Math.max(afterSeq, uptoSeq - mostRead),
    uptoSeq,
    limit: mostRead,
  });
}
