import type { DraftCapability } from '@cuttle/core-types/ports';
import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import type { ShownDrafts, Trouble } from './fixture.ts';
import { difficult, words } from './render.contract.ts';
import { secret } from './secret.ts';
import { openSession, sendText, type Session, soon } from './session.ts';

/** For platforms that show unfinished text without a message; the fixture's account wants that. */
export function describeDrafts(contract: Contract): void {
  contract.describe('a draft', () => {
    describeShown(contract);
    describeTrouble(contract);
  });
}

function describeShown({ it, ...contract }: Contract): void {
  it('is shown, and is no message', async () => {
    await using session = await openSession(contract);
    await show(session, 'The **whole**');
    expect(shownBy(session)).toEqual(['The whole']);
    expect(session.platform.visible('dm')).toEqual([]);
    expect(session.platform.visibleCalls()).toBe(0);
    expect(draftsOf(session).everyMs).toBeGreaterThan(0);
  });

  it('takes the place of the one before it under the same key', async () => {
    await using session = await openSession(contract);
    for (const text of ['The', 'The whole', 'The whole answer']) await show(session, text);
    expect(shownBy(session)).toEqual(['The whole answer']);
  });

  it('takes the place of one of an earlier life', async () => {
    await using session = await openSession(contract);
    await show(session, 'The whole');
    await using later = session.fixture.open();
    await show({ ...session, channel: later }, 'The whole answer');
    expect(shownBy(session)).toEqual(['The whole answer']);
  });

  it('gives way to the message, which is one', async () => {
    await using session = await openSession(contract);
    await show(session, 'The whole');
    const receipt = await sendText(session, 'The whole answer.');
    expect(shownBy(session)).toEqual([]);
    expect(session.platform.visible('dm')).toMatchObject([
      { messageId: receipt.messageId, text: 'The whole answer.' },
    ]);
  });

  it('shows any unfinished Markdown', async () => {
    await using session = await openSession(contract);
    const text = difficult.join('\n\n').repeat(4);
    for (let length = 1; length < text.length; length += Math.ceil(text.length / 20))
      await show(session, text.slice(0, length));
    expect(shownBy(session)).toHaveLength(1);
    expect(words(shownBy(session)[0] ?? '').length).toBeGreaterThan(0);
  });

  it('is not shown after an abort', async () => {
    await using session = await openSession(contract);
    const reason = new Error('too late');
    await expect(show(session, 'x', AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(shownBy(session)).toEqual([]);
  });
}

function describeTrouble({ it, ...contract }: Contract): void {
  const cases: readonly (readonly [Trouble, string])[] = [
    ['rate-limited', 'channel.rate-limited'],
    ['server-error', 'channel.unavailable'],
    ['cut-before', 'channel.unavailable'],
    ['blocked', 'channel.blocked'],
    ['auth', 'channel.auth'],
    // The platform takes none of this account.
    ['invalid', 'channel.invalid'],
  ];
  for (const [trouble, code] of cases)
    it(`that fails by ${trouble} is ${code}, was tried once, and harms no message`, async () => {
      await using session = await openSession(contract);
      sideOf(session).fail(trouble);
      const failure = await show(session, 'x').catch((error: unknown) => error);
      expect(failure).toMatchObject({ code });
      expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toMatch(secret);
      expect(session.clock.sleeps).toEqual([]);
      await sendText(session, 'the answer');
      expect(session.platform.visible('dm')).toMatchObject([{ text: 'the answer' }]);
    });

  it('goes plain where its formatting is refused', async () => {
    await using session = await openSession(contract);
    sideOf(session).fail('formatting');
    await show(session, 'The **whole**');
    expect(shownBy(session)).toEqual(['The whole']);
  });
}

function show(
  session: Pick<Session, 'channel' | 'platform'>,
  text: string,
  signal = soon(),
): Promise<void> {
  const part = session.channel.live?.preview(text);
  if (part === undefined) throw new Error('A platform with drafts shows unfinished text');
  const target = session.platform.target('dm');
  return draftsOf(session).show({ target, key: 'run-1', part }, signal);
}

function draftsOf({ channel }: Pick<Session, 'channel'>): DraftCapability {
  if (channel.live?.drafts === undefined) throw new Error('The account shows drafts');
  return channel.live.drafts;
}

function sideOf({ platform }: Pick<Session, 'platform'>): ShownDrafts {
  if (platform.drafts === undefined) throw new Error('The fixture shows no drafts of ours');
  return platform.drafts;
}

function shownBy(session: Pick<Session, 'platform'>): readonly string[] {
  return sideOf(session).visible('dm');
}
