import type { FollowedSession } from '@cuttle/client';
import { textOf } from '@cuttle/core-types';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type CrashVerdict, emptyVerdict, idsOf, type ShownText } from '@cuttle/testkit/crash';
import type { Batch } from './batch.ts';
import type { CrashWorld } from './crash-world.ts';

type Page = ResultOf<'chat.history'>;

/** A follower may be behind by what travels; it is asked again at each change until then. */
const followMs = 10_000;

/** What clients of the WebSocket see: the stored answers of this batch, read anew, and the same to one who followed over all lives. */
export async function judgeSocket(
  world: CrashWorld,
  batch: Batch,
): Promise<{ readonly shown: readonly ShownText[]; readonly verdict: CrashVerdict }> {
  const shown: ShownText[] = [];
  const violations: string[] = [];
  const mine = new Set(batch.said.map(({ id }) => id));
  for (const session of batch.sessions) {
    const signal = AbortSignal.timeout(followMs);
    const page = await readPage(world, session, signal).catch((error: unknown) => {
      violations.push(`The history of ${session} cannot be read: ${String(error)}`);
    });
    if (!page) continue;
    const texts = answersOf(page.entries).filter((text) => idsOf(text).some((id) => mine.has(id)));
    shown.push(...texts.map((text) => ({ place: `ws:${session}`, text })));
    const fault = await untilEqual(world, { session, page }, signal);
    if (fault !== undefined) violations.push(`Who follows ${session} sees ${fault}`);
  }
  return { shown, verdict: { ...emptyVerdict, violations } };
}

function readPage({ doors }: CrashWorld, sessionKey: string, signal: AbortSignal): Promise<Page> {
  return doors.client.call('chat.history', { sessionKey, limit: 50 }, signal);
}

function answersOf(entries: Page['entries']): string[] {
  const messages = entries.flatMap((entry) => entry.messages);
  return messages.flatMap((message) => {
    const text = message.role === 'assistant' ? textOf(message) : '';
    return text === '' ? [] : [text];
  });
}

/** Resolves when the follower shows what the page says, or with what it shows instead. */
async function untilEqual(
  world: CrashWorld,
  { session, page }: { readonly session: string; readonly page: Page },
  signal: AbortSignal,
): Promise<string | undefined> {
  const followed = world.follow(session);
  const equal = Promise.withResolvers<void>();
  const look = (): void => {
    if (differenceOf(followed.current, page) === undefined) equal.resolve();
  };
  const stop = followed.subscribe(look);
  const late = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  look();
  await Promise.race([equal.promise, late]);
  stop();
  return differenceOf(followed.current, page);
}

function differenceOf(session: FollowedSession, page: Page): string | undefined {
  const { phase, entries, runs, queued } = session;
  if (phase !== 'live') return `the session as ${phase}`;
  const going = runs.filter(({ view }) => view.outcome === undefined);
  if (going.length > 0) return `${going.length} runs that have ended as going on`;
  const twice = runs.find(({ runId, view }) => {
    const kept = answersOf(page.entries.filter((entry) => entry.runId === runId)).join('\n');
    // A run may be stopped between a block's beginning and its first word.
    return view.blocks.some(({ text }) => text !== '' && kept.includes(text));
  });
  if (twice)
    return `twice what a run said: ${JSON.stringify(twice)} and ${JSON.stringify(entries.filter(({ runId }) => runId === twice.runId))}`;
  if (queued.length > 0) return `${queued.length} messages that wait no more`;
  const first = page.entries[0]?.seq ?? 0;
  const mine = JSON.stringify(entries.filter(({ seq }) => seq >= first).map(toLine));
  const theirs = JSON.stringify(page.entries.map(toLine));
  return mine === theirs
    ? undefined
    : `${mine.slice(-1500)} where the history has ${theirs.slice(-1500)}`;
}

function toLine({ seq, runId, messages }: Page['entries'][number]): unknown {
  return [seq, runId, messages];
}
