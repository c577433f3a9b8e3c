import type { ChannelMedia, MediaCapability } from '@cuttle/core-types/ports';
import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import type { PersonFile } from './fixture.ts';
import { secret } from './secret.ts';
import { openSession, type Session, soon, startReceiving } from './session.ts';

type File = NonNullable<ChannelMedia['file']>;

const picture: PersonFile = {
  kind: 'picture',
  bytes: Uint8Array.from({ length: 5000 }, (_, at) => at % 251),
};
const most = 1_000_000;

const sent: readonly (readonly [PersonFile, object])[] = [
  [picture, { type: 'image' }],
  [
    { kind: 'voice', bytes: picture.bytes },
    { type: 'audio', voice: true },
  ],
  [
    { kind: 'file', bytes: picture.bytes, name: 'a.png', mimeType: 'image/png' },
    // Anybody's bytes, whatever they are called.
    { type: 'document', name: 'a.png', mimeType: 'image/png' },
  ],
];

/** What the door is told of a file that a person sends. */
async function hearFile(session: Session, file: PersonFile): Promise<File> {
  await using receiving = startReceiving(session);
  session.platform.say({ text: 'look', file });
  const [event] = await receiving.door.waitForAccepted(1, soon());
  const [medium] = event?.media ?? [];
  if (medium?.file === undefined) throw new Error('The event names a file');
  return medium.file;
}

function capabilityOf({ channel }: Pick<Session, 'channel'>): MediaCapability {
  if (channel.media === undefined) throw new Error('A channel with files fetches them');
  return channel.media;
}

async function failureOf(fetching: Promise<unknown>): Promise<unknown> {
  return fetching.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** For platforms whose messages bring files. */
export function describeMedia({ describe, it, ...contract }: Contract): void {
  describe('files', () => {
    for (const [file, facts] of sent)
      it(`are named and fetched as they are: a ${file.kind}`, async () => {
        await using session = await openSession(contract);
        const heard = await hearFile(session, file);
        expect(heard).toMatchObject(facts);
        expect(heard.mimeType).toMatch(/^[a-z]+\/[\w.+-]+$/);
        const bytes = await capabilityOf(session).fetch({ ref: heard.ref, maxBytes: most }, soon());
        expect(Buffer.from(bytes).equals(file.bytes)).toBe(true);
      });

    it('are not fetched before they are asked for, and again as often as they are', async () => {
      await using session = await openSession(contract);
      const { ref } = await hearFile(session, picture);
      expect(session.platform.fetches()).toBe(0);
      // As after a restart: the reference is all that is left.
      await using later = session.fixture.open();
      const stored: unknown = JSON.parse(JSON.stringify(ref));
      for (const channel of [session.channel, later, later]) {
        const bytes = await capabilityOf({ channel }).fetch(
          { ref: stored as File['ref'], maxBytes: most },
          soon(),
        ); // JSON as it was
        expect(bytes).toHaveLength(picture.bytes.length);
      }
    });

    it('are never read past what is wanted', async () => {
      await using session = await openSession(contract);
      const { ref } = await hearFile(session, picture);
      const { fetch } = capabilityOf(session);
      await expect(fetch({ ref, maxBytes: 4999 }, soon())).rejects.toMatchObject({
        code: 'media.too-large',
      });
      expect(await fetch({ ref, maxBytes: 5000 }, soon())).toHaveLength(5000);
    });

    it('that the platform has no more are gone', async () => {
      await using session = await openSession(contract);
      const { ref } = await hearFile(session, picture);
      session.platform.forgetFiles();
      const { fetch } = capabilityOf(session);
      for (const lost of [ref, {}, null, 'nothing'])
        await expect(fetch({ ref: lost, maxBytes: most }, soon())).rejects.toMatchObject({
          code: 'media.gone',
        });
    });

    for (const trouble of ['server-error', 'cut-before', 'cut-after'] as const)
      it(`that fail by ${trouble} are tried once, and may be asked for again`, async () => {
        await using session = await openSession(contract);
        const { ref } = await hearFile(session, picture);
        const { fetch } = capabilityOf(session);
        session.platform.fail('fetch', trouble);
        const rests = [...session.clock.sleeps];
        const failure = await failureOf(fetch({ ref, maxBytes: most }, soon()));
        expect(failure).toMatchObject({ code: 'channel.unavailable' });
        expect(
          JSON.stringify([
            failure,
            String(failure),
            failure instanceof Error ? String(failure.cause) : '',
          ]),
        ).not.toMatch(secret);
        expect(session.platform.fetches()).toBe(1);
        expect(session.clock.sleeps).toEqual(rests);
        expect(await fetch({ ref, maxBytes: most }, soon())).toHaveLength(5000);
      });

    it('end soon after an abort, with its reason', async () => {
      await using session = await openSession(contract);
      const { ref } = await hearFile(session, picture);
      const { fetch } = capabilityOf(session);
      const early = AbortSignal.abort(new Error('no'));
      await expect(fetch({ ref, maxBytes: most }, early)).rejects.toThrow('no');
      session.platform.fail('fetch', 'hang');
      const stop = new AbortController();
      const failing = failureOf(fetch({ ref, maxBytes: most }, stop.signal));
      await session.platform.waitFor(() => session.platform.fetches() === 1, soon());
      const reason = new Error('enough');
      stop.abort(reason);
      expect(await failing).toBe(reason);
    });
  });
}
