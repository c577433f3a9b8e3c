import { describe, expect, it } from 'vitest';
import { createRecordingDoor } from './recording-door.ts';
import { type Contract, openSession, type Session, soon } from './session.ts';

type Kind = Parameters<NonNullable<Session['fixture']['delivery']>>[0];

async function deliver(
  session: Session,
  kind: Kind,
  door = createRecordingDoor(),
): Promise<Response> {
  const { webhook } = session.channel;
  const request = session.fixture.delivery?.(kind);
  if (webhook === undefined || request === undefined)
    throw new Error('The platform pushes, so the channel has a webhook');
  return webhook.receive(request, door, soon());
}

/** For platforms that push. */
export function describeWebhook(contract: Contract): void {
  describe('a webhook', () => {
    it('answers after the door has committed', async () => {
      await using session = await openSession(contract);
      const door = createRecordingDoor();
      const release = door.hold();
      let answered = false;
      const answer = deliver(session, 'genuine', door).then((response) => {
        answered = true;
        return response;
      });
      await door.waitForOffered(1, soon());
      expect(answered).toBe(false);
      release();
      expect((await answer).status).toBe(200);
      expect(door.accepted).toMatchObject([{ kind: 'message' }]);
    });

    it('does not answer well where nothing was stored', async () => {
      await using session = await openSession(contract);
      const door = createRecordingDoor();
      door.refuse(1);
      await expect(deliver(session, 'genuine', door)).rejects.toThrow('could not store');
    });

    it.each(['wrong-secret', 'no-secret'] as const)('takes nothing with %s', async (kind) => {
      await using session = await openSession(contract);
      const door = createRecordingDoor();
      await expect(deliver(session, kind, door)).rejects.toMatchObject({
        code: 'access.unauthenticated',
      });
      expect(door.offered).toEqual([]);
    });

    it('refuses what is no delivery at all', async () => {
      await using session = await openSession(contract);
      const door = createRecordingDoor();
      expect((await deliver(session, 'not-json', door)).status).toBe(400);
      await expect(deliver(session, 'huge', door)).rejects.toMatchObject({
        code: 'request.too-large',
      });
      expect(door.offered).toEqual([]);
    });
  });
}
