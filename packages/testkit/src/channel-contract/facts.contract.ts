import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import { hear, openSession, sendText, soon, startReceiving } from './session.ts';

export function describeFacts(contract: Contract): void {
  const { describe, it, having } = contract;
  describe('facts', () => {
    it('of a private message: who, where, what and when', async () => {
      await using session = await openSession(contract);
      const { platform } = session;
      const [event] = await hear(session, { text: 'hello' });
      expect(event).toMatchObject({
        kind: 'message',
        text: 'hello',
        target: platform.target('dm'),
        chat: { id: platform.chatId('dm'), kind: 'dm' },
        sender: { id: platform.personId('ann'), isBot: false },
        mentioned: false,
        replyToUs: false,
      });
      expect(event?.chat.threadId).toBeUndefined();
      expect(event?.command).toBeUndefined();
      expect(event?.messageId).not.toBe('');
      expect(event?.sender.name).not.toBe('');
      expect(Math.abs((event?.at ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    it('survive JSON, whatever people write', async () => {
      await using session = await openSession(contract);
      const texts = [
        '<b>&amp;</b>',
        '👩‍👩‍👧 naïve Ω 漢字',
        'a\n\nb\tc',
        '"quotes" \\ slash',
        '-'.repeat(3000),
      ];
      const events = await hear(session, ...texts.map((text) => ({ text })));
      expect(events.map(({ text }) => text.replaceAll('\t', ' '))).toEqual(
        texts.map((text) => text.replaceAll('\t', ' ')),
      );
      expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    });

    it('of a person are the same after a restart', async () => {
      await using session = await openSession(contract);
      const [first] = await hear(session, { text: 'one' });
      await using later = session.fixture.open();
      const [second] = await hear({ ...session, channel: later }, { text: 'two' });
      expect(second?.sender).toEqual(first?.sender);
      expect([second?.chat, second?.target]).toEqual([first?.chat, first?.target]);
    });

    it('of two people differ in all that names them', async () => {
      await using session = await openSession(contract);
      const [ann, ben] = await hear(session, { text: 'one' }, { text: 'one', from: 'ben' });
      expect(ben?.sender.id).not.toBe(ann?.sender.id);
      expect(ben?.chat.id).not.toBe(ann?.chat.id);
      expect(ben?.target).not.toEqual(ann?.target);
    });

    it('say when, in order', async () => {
      await using session = await openSession(contract);
      const events = await hear(session, { text: 'a' }, { text: 'b' }, { text: 'c' });
      const times = events.map(({ at }) => at);
      expect(times.toSorted((a, b) => a - b)).toEqual(times);
    });

    it('lead back to where the message came from', async () => {
      await using session = await openSession(contract);
      const [event] = await hear(session, { text: 'hello?' });
      const [part] = session.channel.render({ text: 'hello' });
      if (event === undefined || part === undefined) throw new Error('Nothing was heard');
      const target = JSON.parse(JSON.stringify(event.target));
      await session.channel.send({ kind: 'send', target, part, idempotencyKey: 'k' }, soon());
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'hello' }]);
    });

    it('tell apart two messages with the same words', async () => {
      await using session = await openSession(contract);
      const [first, second] = await hear(session, { text: 'same' }, { text: 'same' });
      expect(first?.externalId).not.toBe(second?.externalId);
    });

    it('name a command and its arguments', async () => {
      await using session = await openSession(contract);
      const [bare, long, none, path] = await hear(
        session,
        { text: '/status' },
        { text: '/model  openai/gpt now' },
        { text: 'see /status' },
        { text: 'and/or' },
      );
      expect(bare?.command).toEqual({ name: 'status', args: '' });
      expect(long?.command).toEqual({ name: 'model', args: 'openai/gpt now' });
      expect(none?.command).toBeUndefined();
      expect(path?.command).toBeUndefined();
    });

    having('groups', describeGroupFacts);
    having('threads', describeThreadFacts);
    having('pictures', describePictureFacts);
    having('edits', describeEditFacts);
  });
}

function describeThreadFacts(contract: Contract): void {
  const { it } = contract;
  it('of a thread: it is a conversation of its own', async () => {
    await using session = await openSession(contract);
    const { platform } = session;
    const [event] = await hear(session, { text: 'in a topic', in: 'thread' });
    expect(event?.chat).toMatchObject({ id: platform.chatId('thread'), kind: 'group' });
    expect(event?.chat.threadId).toBeDefined();
    expect(event?.target).toEqual(platform.target('thread'));
    expect(event?.replyToUs).toBe(false);
    const { chat } = event ?? { chat: { id: '', threadId: '' } };
    expect(session.channel.address(`${chat.id}:${chat.threadId ?? ''}`)).toMatchObject({
      target: event?.target,
    });
  });
}

function describePictureFacts(contract: Contract): void {
  const { it } = contract;
  it('of a picture: its kind, and its caption as text', async () => {
    await using session = await openSession(contract);
    const [event] = await hear(session, { text: 'look', picture: true });
    expect(event).toMatchObject({ kind: 'message', text: 'look' });
    expect(event?.media).toHaveLength(1);
    expect(event?.media?.[0]).toMatchObject({ file: { type: 'image' } });
    expect(JSON.stringify(event?.media?.[0]?.file?.ref).length).toBeGreaterThan(2);
  });
}

function describeGroupFacts(contract: Contract): void {
  const { it } = contract;
  it('of a group: the same person has the same id everywhere', async () => {
    await using session = await openSession(contract);
    const { platform } = session;
    const heard = await hear(
      session,
      { text: 'in the group', in: 'group' },
      { text: 'alone' },
      { text: 'me too', in: 'group', from: 'ben' },
    );
    // Conversations are accepted side by side.
    const [group, own, ben] = ['in the group', 'alone', 'me too'].map((text) =>
      heard.find((event) => event.text === text),
    );
    expect(group?.chat).toMatchObject({ id: platform.chatId('group'), kind: 'group' });
    expect(group?.target).toEqual(platform.target('group'));
    expect(group?.sender.id).toBe(own?.sender.id);
    expect(ben?.sender.id).toBe(platform.personId('ben'));
    expect(ben?.sender.id).not.toBe(group?.sender.id);
  });

  it('name a command that is given in a group', async () => {
    await using session = await openSession(contract);
    const [event] = await hear(session, { text: '/status now', in: 'group' });
    expect(event).toMatchObject({
      command: { name: 'status', args: 'now' },
      chat: { kind: 'group' },
    });
  });

  it('say whether a private message answers ours', async () => {
    await using session = await openSession(contract);
    const { messageId } = await sendText(session, 'a question');
    const [answer] = await hear(session, { text: 'an answer', replyTo: messageId });
    expect(answer?.replyToUs).toBe(true);
  });

  it('say whether we were named', async () => {
    await using session = await openSession(contract);
    const [named, not] = await hear(
      session,
      { text: 'what do you think?', in: 'group', mention: true },
      { text: 'somebody else?', in: 'group' },
    );
    expect([named?.mentioned, not?.mentioned]).toEqual([true, false]);
  });

  it('say whether a message answers ours', async () => {
    await using session = await openSession(contract);
    const { messageId } = await sendText(session, 'a question', { place: 'group' });
    await using receiving = startReceiving(session);
    session.platform.say({ text: 'an answer', in: 'group', replyTo: messageId });
    const [answer] = await receiving.door.waitForAccepted(1, soon());
    session.platform.say({
      text: 'to each other',
      in: 'group',
      from: 'ben',
      replyTo: answer?.messageId ?? '',
    });
    const [, other] = await receiving.door.waitForAccepted(2, soon());
    expect([answer?.replyToUs, other?.replyToUs]).toEqual([true, false]);
  });
}

function describeEditFacts(contract: Contract): void {
  const { it } = contract;
  it('of an edit: the message it changes, and which change it is', async () => {
    await using session = await openSession(contract);
    await using receiving = startReceiving(session);
    const said = session.platform.say({ text: 'frist' });
    const edit = session.platform.edit(said.messageId, 'first');
    session.platform.edit(said.messageId, 'first!');
    const [original, first, second] = await receiving.door.waitForAccepted(3, soon());
    expect([original?.kind, first?.kind, second?.kind]).toEqual(['message', 'edit', 'edit']);
    expect([first?.text, second?.text]).toEqual(['first', 'first!']);
    expect(first?.messageId).toBe(original?.messageId);
    expect(new Set([original?.externalId, first?.externalId, second?.externalId]).size).toBe(3);
    session.platform.redeliver(edit);
    const [, , , again] = await receiving.door.waitForAccepted(4, soon());
    expect(again?.externalId).toBe(first?.externalId);
  });
}
