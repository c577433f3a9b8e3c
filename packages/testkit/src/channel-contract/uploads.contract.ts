import type { Answer, OutboundFile, OutboundPart, SentFile } from '@cuttle/core-types/ports';
import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import type { Place, Trouble, VisibleFile } from './fixture.ts';
import { openSession, requestFor, type Session, soon } from './session.ts';

/** Bytes that begin as a PNG does, each its own. */
function picture(at: number): Uint8Array {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return Uint8Array.from([...signature, ...Array.from({ length: 3000 }, (_, n) => (n * at) % 251)]);
}

function toFile(at: number, more: Partial<OutboundFile> = {}): SentFile {
  const content = picture(at);
  const sha256 = String(at).padStart(64, '0');
  const file = { sha256, kind: 'image', mimeType: 'image/png', name: `p${at}.png` } as const;
  return { ...file, bytes: content.length, ...more, content };
}

const paper = toFile(7, { kind: 'document', mimeType: 'application/pdf', name: 'paper.pdf' });

/** A file as an answer names it: its bytes are elsewhere. */
function toNamed({ content: _content, ...file }: SentFile): OutboundFile {
  return file;
}

interface Sending {
  readonly answer: Answer;
  readonly files: readonly SentFile[];
  readonly place?: Place;
}

/** The rows of an answer with files. */
function render({ channel }: Pick<Session, 'channel'>, { answer, files }: Omit<Sending, 'place'>) {
  return channel.render({ ...answer, files: files.map(toNamed) });
}

/** A row's request, with its bytes as the dispatcher brings them. */
function requestOf(
  session: Session,
  part: OutboundPart,
  { files, place = 'dm' }: Pick<Sending, 'files' | 'place'>,
) {
  const sent = part.files?.map(({ sha256 }) => {
    const file = files.find((one) => one.sha256 === sha256);
    if (file === undefined) throw new Error('A part names files of its answer');
    return file;
  });
  return requestFor(session, part, { place, ...(sent && { files: sent }) });
}

async function sendAll(session: Session, sending: Sending): Promise<void> {
  for (const part of render(session, sending))
    await session.channel.send(requestOf(session, part, sending), soon());
}

function seen({ platform }: Session, place: Place = 'dm'): readonly VisibleFile[] {
  if (platform.sentFiles === undefined) throw new Error('The fixture shows no files of ours');
  return platform.sentFiles(place);
}

function hexOf(files: readonly { readonly bytes: Uint8Array }[]): readonly string[] {
  return files.map(({ bytes }) => Buffer.from(bytes).toString('hex'));
}

function contentsOf(files: readonly SentFile[]): readonly string[] {
  return hexOf(files.map(({ content }) => ({ bytes: content })));
}

/** For platforms to which the channel sends files. */
export function describeUploads(contract: Contract): void {
  const { describe, having } = contract;
  describe('files of ours', () => {
    describeSent(contract);
    describeTrouble(contract);
    having('groups', describeInGroup);
  });
}

function describeSent({ it, ...contract }: Contract): void {
  it('go out as they are, with short words under them, in one visible call', async () => {
    await using session = await openSession(contract);
    const one = toFile(1);
    const [part, ...more] = render(session, { answer: { text: 'Look **here**' }, files: [one] });
    if (part === undefined || more.length > 0) throw new Error('One message is enough');
    const receipt = await session.channel.send(requestOf(session, part, { files: [one] }), soon());
    expect(seen(session)).toMatchObject([{ messageId: receipt.messageId, text: 'Look here' }]);
    expect(hexOf(seen(session))).toEqual(contentsOf([one]));
    expect(session.platform.visibleCalls()).toBe(1);
  });

  it('need no words', async () => {
    await using session = await openSession(contract);
    await sendAll(session, { answer: { text: '' }, files: [toFile(1)] });
    expect(seen(session)).toMatchObject([{ text: '' }]);
  });

  it('that are no pictures keep their name', async () => {
    await using session = await openSession(contract);
    await sendAll(session, { answer: { text: '' }, files: [paper] });
    expect(seen(session)).toMatchObject([{ name: 'paper.pdf' }]);
    expect(hexOf(seen(session))).toEqual(contentsOf([paper]));
  });

  it('are each sent once and in order, however many go into one message', async () => {
    await using session = await openSession(contract);
    const files = [...Array.from({ length: 12 }, (_, at) => toFile(at + 10)), paper, toFile(30)];
    await sendAll(session, { answer: { text: 'All of them' }, files });
    expect(hexOf(seen(session))).toEqual(contentsOf(files));
    const words = session.platform.visible('dm').map(({ text }) => text);
    expect(words.filter((text) => text === 'All of them')).toHaveLength(1);
    expect(words.find((text) => text !== '')).toBe('All of them');
  });

  it('stand behind the words where these are long', async () => {
    await using session = await openSession(contract);
    const { maxTextLength } = session.channel.limits;
    const text = 'Many words. '.repeat(maxTextLength / 8).trim();
    await sendAll(session, { answer: { text }, files: [toFile(1)] });
    const all = session.platform.visible('dm');
    expect(all.map((one) => one.text).join(' ')).toContain('Many words. Many words.');
    const count = all.flatMap((one) => one.text.match(/Many words\./g) ?? []).length;
    expect(count).toBe(text.split('. ').length);
    expect(seen(session).map(({ messageId }) => messageId)).toEqual([all.at(-1)?.messageId]);
  });

  it('leave the buttons with the words', async () => {
    await using session = await openSession(contract);
    const buttons = [[{ label: 'Good', token: 'good' }]];
    await sendAll(session, { answer: { text: 'Well?', buttons }, files: [toFile(1)] });
    // Where there are no buttons, the commands behind them stand with the words.
    const words = session.platform.visible('dm').filter(({ text }) => text.startsWith('Well?'));
    expect(words).toHaveLength(1);
    expect(seen(session)).toHaveLength(1);
  });

  it('of a stored part are sent after a restart', async () => {
    await using session = await openSession(contract);
    const files = [toFile(1), toFile(2)];
    const parts: OutboundPart[] = JSON.parse(
      JSON.stringify(render(session, { answer: { text: 'kept' }, files })),
    );
    await using later = session.fixture.open();
    for (const part of parts) await later.send(requestOf(session, part, { files }), soon());
    expect(hexOf(seen(session))).toEqual(contentsOf(files));
  });

  it('whose bytes are not at hand are refused, without a call', async () => {
    await using session = await openSession(contract);
    const [part] = render(session, { answer: { text: '' }, files: [toFile(1)] });
    if (part === undefined) throw new Error('Nothing was rendered');
    const failing = session.channel.send(requestFor(session, part), soon());
    await expect(failing).rejects.toMatchObject({ code: 'channel.invalid' });
    expect(session.platform.visibleCalls()).toBe(0);
  });
}

function describeTrouble({ it, ...contract }: Contract): void {
  const cases: readonly (readonly [Trouble, string, object])[] = [
    ['rate-limited', 'channel.rate-limited', { retryAfterMs: 7000 }],
    ['server-error', 'channel.unavailable', { details: { reached: false } }],
    ['cut-before', 'channel.unavailable', {}],
    ['blocked', 'channel.blocked', {}],
    ['invalid', 'channel.invalid', {}],
    ['auth', 'channel.auth', {}],
  ];
  for (const [trouble, code, more] of cases)
    it(`that fail by ${trouble} are ${code}, tried once, and may be sent again`, async () => {
      await using session = await openSession(contract);
      const files = [toFile(1)];
      session.platform.fail('send', trouble);
      await expect(sendAll(session, { answer: { text: '' }, files })).rejects.toMatchObject({
        code,
        ...more,
      });
      expect(session.platform.visibleCalls()).toBe(1);
      expect(session.clock.sleeps).toEqual([]);
      expect(seen(session)).toEqual([]);
      await sendAll(session, { answer: { text: '' }, files });
      expect(hexOf(seen(session))).toEqual(contentsOf(files));
    });

  it('that were interrupted are resolved as the channel declares', async () => {
    await using session = await openSession(contract);
    const { ambiguity } = session.channel;
    const files = [toFile(1)];
    const [part] = render(session, { answer: { text: 'Look' }, files });
    if (part === undefined) throw new Error('Nothing was rendered');
    const request = requestOf(session, part, { files });
    session.platform.fail('send', 'cut-after');
    await expect(session.channel.send(request, soon())).rejects.toMatchObject({
      code: 'channel.unavailable',
    });
    const marked = ambiguity === 'resend-marked';
    if (ambiguity !== 'at-most-once') await session.channel.send({ ...request, marked }, soon());
    expect(seen(session)).toHaveLength(marked ? 2 : 1);
    expect(seen(session)[0]?.text).toBe('Look');
    expect(seen(session)[1]?.text ?? 'marked: Look').not.toBe('Look');
  });

  it('are marked where they are sent again', async () => {
    await using session = await openSession(contract);
    const files = [toFile(1)];
    const [part] = render(session, { answer: { text: '' }, files });
    if (part === undefined) throw new Error('Nothing was rendered');
    await session.channel.send({ ...requestOf(session, part, { files }), marked: true }, soon());
    expect(seen(session)[0]?.text).toMatch(/\w/);
  });

  it('are not sent after an abort, and end soon with its reason', async () => {
    await using session = await openSession(contract);
    const files = [toFile(1)];
    const [part] = render(session, { answer: { text: '' }, files });
    if (part === undefined) throw new Error('Nothing was rendered');
    const request = requestOf(session, part, { files });
    const reason = new Error('too late');
    await expect(session.channel.send(request, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(session.platform.visibleCalls()).toBe(0);
    session.platform.fail('send', 'hang');
    const stop = new AbortController();
    const sending = session.channel.send(request, stop.signal).catch((error: unknown) => error);
    await session.platform.waitFor(() => session.platform.visibleCalls() === 1, soon());
    stop.abort(reason);
    expect(await sending).toBe(reason);
  });
}

function describeInGroup({ it, ...contract }: Contract): void {
  it('are seen where they were sent to', async () => {
    await using session = await openSession(contract);
    await sendAll(session, { answer: { text: 'Us' }, files: [toFile(1)], place: 'group' });
    expect(seen(session, 'group')).toMatchObject([{ text: 'Us' }]);
    expect(seen(session)).toEqual([]);
  });
}
