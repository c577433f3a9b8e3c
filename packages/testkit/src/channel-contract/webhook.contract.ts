import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import { createRecordingDoor } from './recording-door.ts';
import { openSession, type Session, soon } from './session.ts';

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
export function describeWebhook({ describe, having }: Contract): void {
  describe('a webhook', () => having('pushes', describeDeliveries));
}

function describeDeliveries({ it, ...contract }: Contract): void {
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

  for (const kind of ['wrong-secret', 'no-secret'] as const)
    it(`takes nothing with ${kind}`, async () => {
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

  it('takes the same delivery twice as the same event', async () => {
    await using session = await openSession(contract);
    const door = createRecordingDoor();
    const delivery = session.fixture.delivery?.('genuine');
    const { webhook } = session.channel;
    if (webhook === undefined || delivery === undefined) throw new Error('The platform pushes');
    for (const request of [delivery.clone(), delivery])
      expect((await webhook.receive(request, door, soon())).status).toBe(200);
    expect(new Set(door.accepted.map(({ externalId }) => externalId)).size).toBe(1);
    expect(door.accepted).toHaveLength(2);
  });

  it('takes a delivery after one that was not stored', async () => {
    await using session = await openSession(contract);
    const door = createRecordingDoor();
    door.refuse(1);
    await deliver(session, 'genuine', door).catch(() => undefined);
    expect((await deliver(session, 'genuine', door)).status).toBe(200);
    expect(door.accepted).toHaveLength(1);
  });

  it('says nothing of the secret when it refuses', async () => {
    await using session = await openSession(contract);
    const failure: unknown = await deliver(session, 'wrong-secret').catch(
      (error: unknown) => error,
    );
    const said = failure instanceof Error ? `${failure.message} ${JSON.stringify(failure)}` : '';
    expect(said.length).toBeGreaterThan(10);
    expect(said).not.toMatch(/secret-of|sha256=|v0=/);
  });
}
