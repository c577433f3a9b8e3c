import type { PinDraft, PinRow } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import type { World } from './world.ts';

export function describePins(get: () => World): void {
  const session = 'agent:main:telegram:1';
  const pin = (text: string, more: Partial<PinDraft> = {}): Promise<PinRow> => {
    const { journal, newId } = get();
    const place = { agentId: 'main', sessionKey: session, by: 'owner' };
    return journal.addPin({ pinId: newId(), text, ...place, ...more });
  };
  const inForce = async (sessionKey = session, agentId = 'main'): Promise<string[]> =>
    (await get().reader.listPins({ agentId, sessionKey, limit: 100 })).map(({ text }) => text);

  it('keeps pins in order, each where it holds', async () => {
    const { reader, now } = get();
    const first = await pin('one');
    await pin('everywhere', { sessionKey: undefined });
    await pin('two');
    await pin('elsewhere', { sessionKey: 'agent:main:main' });
    await pin('another agent', { agentId: 'cook', sessionKey: undefined });
    expect(await inForce()).toEqual(['one', 'everywhere', 'two']);
    expect(await inForce('agent:main:main')).toEqual(['everywhere', 'elsewhere']);
    expect(await inForce('agent:cook:main', 'cook')).toEqual(['another agent']);
    const all = await reader.listPins({ agentId: 'main', limit: 3 });
    expect(all.map(({ text }) => text)).toEqual(['one', 'everywhere', 'two']);
    expect(all[0]).toEqual(first);
    expect(first).toMatchObject({ sessionKey: session, by: 'owner', createdAt: now() });
  });

  it('pins the same words in a place once, until they are taken down', async () => {
    const { journal } = get();
    const first = await pin('one');
    expect(await pin('one')).toEqual(first);
    expect(await pin('other words', { pinId: first.pinId })).toEqual(first);
    expect(await inForce()).toEqual(['one']);
    await pin('one', { sessionKey: undefined });
    expect(await inForce()).toEqual(['one', 'one']);
    expect(await journal.removePin({ pinId: first.pinId, by: 'owner' })).toBe(true);
    expect(await journal.removePin({ pinId: first.pinId, by: 'owner' })).toBe(false);
    expect(await inForce()).toEqual(['one']);
    expect((await pin('one')).pinId).not.toBe(first.pinId);
    expect(await inForce()).toEqual(['one', 'one']);
  });

  it('gives them to whoever claims the run, also after a reset and in a new life of the store', async () => {
    const world = get();
    await pin('never delete anything');
    const run = await world.begin();
    expect(run.orders).toEqual(['never delete anything']);
    await world.complete(run);
    const { inboundId } = await world.say({ verdict: { kind: 'control' }, text: '/new' });
    await world.journal.settleCommand({ inboundId, reply: 'new', outbound: [], reset: true });
    const next = await world.begin();
    expect(next.orders).toEqual(['never delete anything']);
    await pin('nor send');
    await world.reopen();
    const again = await world.claim(next.sessionId);
    expect(again).toMatchObject({ resumed: true, orders: ['never delete anything', 'nor send'] });
  });

  it('is done by a command, with its settling and once', async () => {
    const { journal, say, newId } = get();
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/pin x' });
    const draft = { agentId: 'main', sessionKey: session, text: 'x', by: 'owner' };
    const settle = (pinId: string) =>
      journal.settleCommand({ inboundId, reply: 'ok', outbound: [], pin: { pinId, ...draft } });
    const pinId = newId();
    expect(await settle(pinId)).toMatchObject({ settled: true });
    await journal.removePin({ pinId, by: 'owner' });
    expect(await settle(newId())).toMatchObject({ settled: false });
    expect(await inForce()).toEqual([]);
    await pin('y', { pinId: 'pin-y' });
    const down = await say({ verdict: { kind: 'control' }, text: '/unpin 1' });
    const unpin = { pinId: 'pin-y', by: 'owner' };
    await journal.settleCommand({ ...down, reply: 'ok', outbound: [], unpin });
    expect(await inForce()).toEqual([]);
  });

  it('keeps the persona of a session', async () => {
    const { journal, reader, begin, say } = get();
    const key = { sessionKey: session, agentId: 'main' };
    expect((await begin()).persona).toBeUndefined();
    const { inboundId } = await say({ verdict: { kind: 'control' }, text: '/persona a pirate' });
    await journal.settleCommand({ inboundId, reply: 'ok', outbound: [], persona: 'a pirate' });
    expect(await reader.findSession(session)).toMatchObject({ persona: 'a pirate' });
    expect(await journal.patchSession({ ...key, title: 't' })).toMatchObject({
      persona: 'a pirate',
    });
    const other = await begin({ session: 'agent:main:2' });
    expect(other.persona).toBeUndefined();
    const patched = await journal.patchSession({ ...key, persona: null });
    expect(patched.persona).toBeUndefined();
  });

  it('takes pins and persona along into a session that goes on from another one', async () => {
    const { journal, begin, complete } = get();
    await pin('never delete anything');
    await pin('everywhere', { sessionKey: undefined });
    await complete(await begin());
    await journal.patchSession({ sessionKey: session, agentId: 'main', persona: 'a pirate' });
    const sessionKey = 'agent:main:forked';
    await journal.forkSession({ sourceKey: session, sessionKey, agentId: 'main' });
    const run = await begin({ session: sessionKey });
    expect(run).toMatchObject({ persona: 'a pirate' });
    expect(run.orders).toEqual(['everywhere', 'never delete anything']);
  });
}
