import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import { hear, openSession, sendText, type Session, soon } from './session.ts';

type Typing = NonNullable<Session['channel']['typing']>;

function typingOf({ channel }: Session): Typing {
  if (channel.typing === undefined) throw new Error('The platform shows that somebody types');
  return channel.typing;
}

export function describeManners({ describe, having }: Contract): void {
  describe('that an answer is written', () => having('typing', describeTyping));
  describe('the menu', () => having('menu', describeMenu));
}

/** Some platforms show it only for a message that was heard, as it is used. */
function describeTyping({ it, having, ...contract }: Contract): void {
  it('is shown, and is no message', async () => {
    await using session = await openSession(contract);
    await hear(session, { text: 'a question' });
    expect(typingOf(session).everyMs).toBeGreaterThan(0);
    await typingOf(session).show(session.platform.target('dm'), soon());
    expect(session.platform.typing('dm')).toBe(1);
    expect(session.platform.visible('dm')).toEqual([]);
    expect(session.platform.visibleCalls()).toBe(0);
  });

  it('is shown again and again for as long as a run takes', async () => {
    await using session = await openSession(contract);
    await hear(session, { text: 'a question' });
    for (let times = 0; times < 5; times += 1)
      await typingOf(session).show(session.platform.target('dm'), soon());
    expect(session.platform.typing('dm')).toBe(5);
    await sendText(session, 'the answer');
    expect(session.platform.visible('dm')).toMatchObject([{ text: 'the answer' }]);
  });

  it('may fail without harm to the answer', async () => {
    await using session = await openSession(contract);
    await hear(session, { text: 'a question' });
    session.platform.fail('typing', 'server-error');
    await expect(
      typingOf(session).show(session.platform.target('dm'), soon()),
    ).rejects.toMatchObject({ code: 'channel.unavailable' });
    await sendText(session, 'the answer');
    expect(session.platform.visible('dm')).toHaveLength(1);
  });

  it('is not shown after an abort', async () => {
    await using session = await openSession(contract);
    await hear(session, { text: 'a question' });
    const reason = new Error('done');
    const showing = typingOf(session).show(
      session.platform.target('dm'),
      AbortSignal.abort(reason),
    );
    await expect(showing).rejects.toBe(reason);
    expect(session.platform.typing('dm')).toBe(0);
  });

  having('groups', ({ it: inGroups }) => {
    inGroups('is shown where the answer will stand', async () => {
      await using session = await openSession(contract);
      await hear(session, { text: 'a question', in: 'group' });
      await typingOf(session).show(session.platform.target('group'), soon());
      expect([session.platform.typing('group'), session.platform.typing('dm')]).toEqual([1, 0]);
    });
  });
}

function describeMenu({ it, ...contract }: Contract): void {
  const commands = [
    { name: 'start', description: 'Begin' },
    { name: 'Status', description: 'x'.repeat(1000) },
    { name: 'not a name', description: 'never shown' },
  ];

  it('holds the commands that can stand in it', async () => {
    await using session = await openSession(contract);
    await session.channel.menu?.publish(commands, soon());
    expect(session.platform.commands()).toEqual(['start', 'status']);
  });

  it('is what was published last', async () => {
    await using session = await openSession(contract);
    await session.channel.menu?.publish(commands, soon());
    await session.channel.menu?.publish([{ name: 'help', description: 'Help' }], soon());
    expect(session.platform.commands()).toEqual(['help']);
  });
}
