import type { AssistantMessage, Message } from '@cuttle/core-types';
import { textOf } from '@cuttle/core-types';
import type { ImportedEntry, ImportEnd, SessionRow } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import { callOf, callingOf, codeOf, resultOf, type World } from './world.ts';

export function describeImports(get: () => World): void {
  const textsOf = (messages: readonly Message[]): string[] => messages.map(textOf);
  const transcript = async ({ sessionId, generation }: SessionRow): Promise<string[]> => {
    const entries = await get().reader.readTranscript({
      sessionId,
      generation,
      afterSeq: 0,
      uptoSeq: 1_000,
      limit: 1_000,
    });
    return entries.flatMap(({ messages }) => textsOf(messages));
  };
  const find = async (sessionKey: string): Promise<SessionRow> =>
    (await get().reader.findSession(sessionKey)) ?? expect.fail(`there is no ${sessionKey}`);
  const answerWithCall: AssistantMessage = callingOf([callOf(0)], 'let me see');
  const imported: readonly ImportedEntry[] = [
    {
      kind: 'input',
      at: 1_000,
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
    },
    { kind: 'answer', at: 2_000, message: answerWithCall },
    { kind: 'results', at: 3_000, message: { role: 'tool', parts: [resultOf('call-0')] } },
    {
      kind: 'answer',
      at: 4_000,
      message: { role: 'assistant', parts: [{ type: 'text', text: 'ok' }] },
    },
    {
      kind: 'input',
      at: 5_000,
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'bye' }] }],
    },
  ];
  const end: ImportEnd = {
    sessionKey: 'agent:main:import',
    title: 'Old',
    model: undefined,
    createdAt: 500,
    taint: ['stranger'],
    by: 'owner',
  };
  const slice = (from: number, upto: number, ended?: ImportEnd) =>
    get().journal.importSession({
      importId: 'import-1',
      agentId: 'main',
      accountId: get().accountId,
      from,
      entries: imported.slice(from, upto),
      end: ended,
    });

  it('imports a transcript in slices, each once, as words of a stranger', async () => {
    const { reader, say, claim } = get();
    expect((await slice(0, 2)).session).toBeUndefined();
    await slice(0, 2);
    expect((await reader.listSessions({ limit: 5 })).sessions).toEqual([]);
    await slice(2, 5, end);
    const session = await find('agent:main:import');
    expect(session).toMatchObject({ title: 'Old', createdAt: 500, messages: 4 });
    expect(await slice(2, 5, end)).toEqual({ session, events: [], conversations: [] });
    expect(await transcript(session)).toEqual(['hi', 'let me see', '', 'ok', 'bye']);
    const { entries } = await reader.readHistory({ sessionId: session.sessionId, limit: 9 });
    expect(entries.map(({ at }) => at)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
    expect(entries[2]?.messages).toEqual([{ role: 'tool', parts: [resultOf('call-0')] }]);
    const { sessionId } = await say({ session: 'agent:main:import', text: 'go on' });
    expect((await claim(sessionId)).taint).toEqual(['stranger']);
    expect((await reader.searchMessages({ query: 'bye', limit: 5 })).hits).toHaveLength(1);
  });

  it('imports onto no session that is there, and nothing out of order', async () => {
    const { say } = get();
    expect(await codeOf(slice(2, 5))).toBe('request.invalid');
    await say({ session: 'agent:main:import' });
    await slice(0, 2);
    expect(await codeOf(slice(4, 5))).toBe('request.invalid');
    expect(await codeOf(slice(2, 5, end))).toBe('session.exists');
  });

  it('sweeps an import that was never ended', async () => {
    const { journal, advance, reader } = get();
    await slice(0, 5);
    await journal.sweep({ limit: 100 });
    expect(await reader.searchMessages({ query: 'bye', limit: 5 })).toEqual({ hits: [] });
    advance(3_600_000);
    while ((await journal.sweep({ limit: 100 })).changed > 0);
    expect(await reader.searchMessages({ query: 'bye', limit: 5 })).toEqual({ hits: [] });
  });
}
