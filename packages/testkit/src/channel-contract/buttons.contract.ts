import type { Answer, Receipt } from '@cuttle/core-types/ports';
import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import { openSession, requestFor, type Session, soon, startReceiving } from './session.ts';

type Buttons = NonNullable<Answer['buttons']>;

const decision: Buttons = [
  [
    { label: 'Allow', token: 'approve abc' },
    { label: 'Deny', token: 'approve abc deny' },
  ],
];

/** Sends all parts of an answer; the receipt of the last, which holds the buttons. */
async function ask(session: Session, answer: Answer): Promise<Receipt> {
  let receipt: Receipt = { messageId: '' };
  for (const part of session.channel.render(answer))
    receipt = await session.channel.send(requestFor(session, part), soon());
  return receipt;
}

export function describeButtons({ describe, having }: Contract): void {
  describe('buttons', () => having('buttons', describePresses));
}

function describePresses({ it, having, ...contract }: Contract): void {
  it('tell their token, who pressed and under which message', async () => {
    await using session = await openSession(contract);
    const receipt = await ask(session, { text: 'May I?', buttons: decision });
    await using receiving = startReceiving(session);
    session.platform.press(receipt.messageId, 'Deny');
    session.platform.press(receipt.messageId, 'Allow');
    const [deny, allow] = await receiving.door.waitForAccepted(2, soon());
    expect(deny).toMatchObject({
      kind: 'button',
      buttonToken: 'approve abc deny',
      messageId: receipt.messageId,
      sender: { id: session.platform.personId('ann'), isBot: false },
      target: session.platform.target('dm'),
      chat: { id: session.platform.chatId('dm'), kind: 'dm' },
    });
    expect(allow?.buttonToken).toBe('approve abc');
    expect(allow?.externalId).not.toBe(deny?.externalId);
  });

  it('stand under the last part of a long answer', async () => {
    await using session = await openSession(contract);
    const text = 'Words before the question. '.repeat(session.channel.limits.maxTextLength / 10);
    const receipt = await ask(session, { text, buttons: decision });
    expect(session.platform.visible('dm').length).toBeGreaterThan(1);
    expect(session.platform.visible('dm').at(-1)?.messageId).toBe(receipt.messageId);
    await using receiving = startReceiving(session);
    session.platform.press(receipt.messageId, 'Allow');
    const [press] = await receiving.door.waitForAccepted(1, soon());
    expect(press?.buttonToken).toBe('approve abc');
  });

  it('stand alone where there is nothing to say', async () => {
    await using session = await openSession(contract);
    await ask(session, { text: '', buttons: decision });
    expect(session.platform.visible('dm')).toHaveLength(1);
  });

  it('have labels that are words, whatever they hold', async () => {
    await using session = await openSession(contract);
    const label = '<b>*Yes*</b> & `go`';
    const receipt = await ask(session, { text: 'Sure?', buttons: [[{ label, token: 'yes' }]] });
    await using receiving = startReceiving(session);
    session.platform.press(receipt.messageId, label);
    const [press] = await receiving.door.waitForAccepted(1, soon());
    expect(press?.buttonToken).toBe('yes');
  });

  it('that the platform would refuse do not keep the answer from being sent', async () => {
    await using session = await openSession(contract);
    const buttons: Buttons = [
      [
        { label: 'ok', token: 'ok' },
        { label: 'long', token: 'x'.repeat(5000) },
        { label: ' ', token: 'blank' },
        { label: 'none', token: '' },
      ],
      ...Array.from({ length: 60 }, (_, index) => [
        { label: `option ${index} ${'y'.repeat(300)}`, token: `t${index}` },
      ]),
    ];
    const receipt = await ask(session, { text: 'Which?', buttons });
    expect(session.platform.visible('dm')).toMatchObject([{ text: 'Which?' }]);
    await using receiving = startReceiving(session);
    session.platform.press(receipt.messageId, 'ok');
    const [press] = await receiving.door.waitForAccepted(1, soon());
    expect(press?.buttonToken).toBe('ok');
  });

  it('are heard after a restart', async () => {
    await using session = await openSession(contract);
    const receipt = await ask(session, { text: 'May I?', buttons: decision });
    await using later = session.fixture.open();
    await using receiving = startReceiving(session, { channel: later });
    session.platform.press(receipt.messageId, 'Allow');
    const [press] = await receiving.door.waitForAccepted(1, soon());
    expect(press).toMatchObject({ kind: 'button', buttonToken: 'approve abc' });
  });

  having('changes', ({ it: withChanges }) => {
    withChanges('go when the question is edited without them', async () => {
      await using session = await openSession(contract);
      const receipt = await ask(session, { text: 'May I?', buttons: decision });
      const [part] = session.channel.render({ text: 'Allowed.' });
      if (part === undefined) throw new Error('Nothing was rendered');
      await session.channel.send(requestFor(session, part, { kind: 'edit', receipt }), soon());
      expect(() => session.platform.press(receipt.messageId, 'Allow')).toThrow(/./);
    });
  });
}
