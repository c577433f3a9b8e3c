import type { OutboundDraft } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import type { World } from './world.ts';

const undo = { v: 1, text: '', payload: 'back', act: 'react' } as const;

export function describeMarks(get: () => World): void {
  const markOf = (inboundId: string): OutboundDraft =>
    get().draft({
      origin: `mark:${inboundId}`,
      body: { v: 1, text: '', payload: 'set', act: 'react', undo },
    });
  const say = (inboundId: string, session: string): ReturnType<World['say']> =>
    get().say({ inboundId, session, mark: [markOf(inboundId)] });

  it('takes back the marks of all that a stop cancels, once, behind its last words', async () => {
    const { journal, claim, deliver, draft, reader } = get();
    const { sessionId } = await say('in-1', 'a');
    await say('in-2', 'a');
    const { conversationId = '' } = await claim(sessionId);
    await deliver(conversationId);
    await deliver(conversationId);
    const closing = [draft({ origin: 'in-1:final' })];
    const stop = { sessionId, by: 'user', cancelQueued: true, closing } as const;
    await journal.abortRun(stop);
    await journal.abortRun(stop);
    const sent = [];
    for (let at = 0; at < 3; at += 1) sent.push((await deliver(conversationId)).body.payload);
    expect(sent).toEqual([{ text: 'words' }, 'back', 'back']);
    expect((await reader.counts()).undelivered).toBe(0);
  });

  it('never sets a mark that nobody has seen when its message is cancelled', async () => {
    const { journal, reader } = get();
    const { sessionId } = await say('in-1', 'a');
    await journal.abortRun({ sessionId, by: 'user', cancelQueued: true, closing: [] });
    expect((await reader.counts()).undelivered).toBe(0);
  });

  it('leaves the mark of a message that goes on', async () => {
    const { begin, complete, deliver, reader } = get();
    const run = await begin({ inboundId: 'in-1', mark: [markOf('in-1')] });
    await deliver(run.conversationId ?? '');
    await complete(run);
    expect((await reader.counts()).undelivered).toBe(0);
  });
}
