import type { ChannelInbound } from '@cuttle/core-types/ports';
import { expect } from 'vitest';
import type { Contract } from './contract.ts';
import type { PlatformEvent } from './fixture.ts';
import { createRecordingDoor } from './recording-door.ts';
import {
  openSession,
  sendText,
  type Session,
  soon,
  startReceiving,
  untilListening,
} from './session.ts';

function untilAcknowledged({ platform }: Session, event: PlatformEvent): Promise<true> {
  return platform.waitFor(() => platform.isAcknowledged(event) && true, soon());
}

const textsOf = (events: readonly ChannelInbound[]): string[] => events.map(({ text }) => text);

export function describeReceive(contract: Contract): void {
  const { describe, it } = contract;
  describe('acknowledgement', () => {
    it('comes only after the door has committed', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      const release = receiving.door.hold();
      const event = session.platform.say({ text: 'one' });
      await receiving.door.waitForOffered(1, soon());
      expect(session.platform.isAcknowledged(event)).toBe(false);
      release();
      await untilAcknowledged(session, event);
      expect(textsOf(receiving.door.accepted)).toEqual(['one']);
    });

    it('does not come for an event that was not stored; it is handed in again', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      receiving.door.refuse(3);
      const event = session.platform.say({ text: 'again' });
      await receiving.door.waitForOffered(2, soon());
      expect(session.platform.isAcknowledged(event)).toBe(false);
      await untilAcknowledged(session, event);
      expect(textsOf(receiving.door.accepted)).toEqual(['again']);
      expect(new Set(receiving.door.offered.map(({ externalId }) => externalId)).size).toBe(1);
    });

    it('never passes an event that was not stored', async () => {
      await using session = await openSession(contract);
      const stuck = session.platform.say({ text: 'stuck' });
      const later = session.platform.say({ text: 'later', from: 'ben' });
      const door = createRecordingDoor();
      door.refuse(Number.POSITIVE_INFINITY, ({ text }) => text === 'stuck');
      const receiving = startReceiving(session, { door });
      await door.waitForAccepted(1, soon());
      await door.waitForOffered(4, soon());
      expect(session.platform.isAcknowledged(stuck)).toBe(false);
      await receiving.stop();
      await using again = startReceiving(session, { channel: session.fixture.open() });
      await untilAcknowledged(session, stuck);
      await untilAcknowledged(session, later);
      expect(textsOf(again.door.accepted)).toContain('stuck');
    });

    it('is not lost by a stop between commit and confirmation', async () => {
      await using session = await openSession(contract);
      const receiving = startReceiving(session);
      session.platform.fail('receive', 'cut-before', 2);
      const event = session.platform.say({ text: 'kept' });
      await receiving.door.waitForAccepted(1, soon());
      await receiving.stop();
      await using again = startReceiving(session, { channel: session.fixture.open() });
      await untilAcknowledged(session, event);
      // Handed in once more or confirmed before the stop; either way it is the same event.
      expect(
        new Set(
          [...receiving.door.accepted, ...again.door.accepted].map(({ externalId }) => externalId),
        ).size,
      ).toBe(1);
    });
  });

  describe('events', () => {
    it('of before the start are received', async () => {
      await using session = await openSession(contract);
      for (const text of ['a', 'b', 'c']) session.platform.say({ text });
      await using receiving = startReceiving(session);
      expect(textsOf(await receiving.door.waitForAccepted(3, soon()))).toEqual(['a', 'b', 'c']);
    });

    it('of one conversation come in order, one at a time', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      const expected = Array.from({ length: 30 }, (_, index) => `message ${index}`);
      for (const text of expected) session.platform.say({ text });
      await receiving.door.waitForAccepted(30, soon());
      expect(textsOf(receiving.door.accepted)).toEqual(expected);
      expect(receiving.door.mostAtOnce).toBe(1);
    });

    it('do not overtake one of their conversation that was not stored', async () => {
      await using session = await openSession(contract);
      for (const text of ['first', 'second', 'third']) session.platform.say({ text });
      const door = createRecordingDoor();
      door.refuse(2, ({ text }) => text === 'second');
      await using receiving = startReceiving(session, { door });
      await receiving.door.waitForAccepted(3, soon());
      await session.platform.waitFor(
        () => door.accepted.some(({ text }) => text === 'third'),
        soon(),
      );
      const order = textsOf(door.accepted).filter(
        (text, index, all) => all.indexOf(text) === index,
      );
      expect(order).toEqual(['first', 'second', 'third']);
    });

    it('delivered twice are the same event', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      const event = session.platform.say({ text: 'once' });
      await untilAcknowledged(session, event);
      session.platform.redeliver(event);
      const [first, second] = await receiving.door.waitForAccepted(2, soon());
      expect(second).toEqual(first);
      // Going on after an old event must not bring everything again.
      const next = session.platform.say({ text: 'next' });
      await untilAcknowledged(session, next);
      expect(textsOf(receiving.door.accepted)).toEqual(['once', 'once', 'next']);
    });

    it('of two conversations do not wait for each other', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      const { door } = receiving;
      const release = door.hold(({ text }) => text === 'slow');
      session.platform.say({ text: 'slow' });
      session.platform.say({ text: 'quick', from: 'ben' });
      await door.waitForAccepted(1, soon());
      expect(textsOf(door.accepted)).toEqual(['quick']);
      release();
      await door.waitForAccepted(2, soon());
      expect(textsOf(door.accepted)).toEqual(['quick', 'slow']);
    });

    it('of many come all, each conversation in its order', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      const people = ['ann', 'ben'] as const;
      const expected = Array.from({ length: 20 }, (_, index) => `message ${index}`);
      for (const text of expected) for (const from of people) session.platform.say({ text, from });
      const events = await receiving.door.waitForAccepted(expected.length * 2, soon());
      for (const person of people)
        expect(
          textsOf(events.filter(({ sender }) => sender.id === session.platform.personId(person))),
        ).toEqual(expected);
    });

    it('come in order after the door could store nothing for a while', async () => {
      await using session = await openSession(contract);
      const expected = ['one', 'two', 'three', 'four'];
      for (const text of expected) session.platform.say({ text });
      const door = createRecordingDoor();
      door.refuse(6);
      await using _ = startReceiving(session, { door });
      await session.platform.waitFor(
        () => door.accepted.some(({ text }) => text === 'four'),
        soon(),
      );
      const order = textsOf(door.accepted);
      expect(order.filter((text, index) => order.indexOf(text) === index)).toEqual(expected);
    });

    it('nobody can read are kept whole and do not stop the others', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      const unreadable = session.platform.deliverUnreadable();
      const event = session.platform.say({ text: 'readable' });
      await untilAcknowledged(session, unreadable);
      await untilAcknowledged(session, event);
      const { accepted } = receiving.door;
      expect(accepted.map(({ kind }) => kind).toSorted()).toEqual(['message', 'unparsed']);
      expect(accepted.find(({ kind }) => kind === 'unparsed')?.raw).toBeDefined();
    });

    it('of our own making are not handed in, but acknowledged', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      const own = session.platform.echoOwn();
      await untilAcknowledged(session, own);
      const event = session.platform.say({ text: 'theirs' });
      await untilAcknowledged(session, event);
      expect(textsOf(receiving.door.offered)).toEqual(['theirs']);
    });
  });

  describe('receiving', () => {
    it('goes on after the connection is lost', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      for (const text of ['one', 'two']) {
        await untilListening(session);
        session.platform.dropConnections();
        session.platform.say({ text });
        await receiving.door.waitForAccepted(text === 'one' ? 1 : 2, soon());
      }
      expect(textsOf(receiving.door.accepted)).toEqual(['one', 'two']);
    });

    it('loses nothing over many lost connections', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      const expected = Array.from({ length: 6 }, (_, index) => `message ${index}`);
      for (const [index, text] of expected.entries()) {
        await untilListening(session);
        session.platform.say({ text });
        session.platform.dropConnections();
        await receiving.door.waitForAccepted(index + 1, soon());
      }
      const order = textsOf(receiving.door.accepted);
      expect(order.filter((text, index) => order.indexOf(text) === index)).toEqual(expected);
    });

    it('can be stopped and begun again, and brings nothing twice that was acknowledged', async () => {
      await using session = await openSession(contract);
      const first = startReceiving(session);
      const event = session.platform.say({ text: 'before' });
      await untilAcknowledged(session, event);
      await first.stop();
      await using second = startReceiving(session);
      const next = session.platform.say({ text: 'after' });
      await untilAcknowledged(session, next);
      expect(textsOf(second.door.accepted)).toEqual(['after']);
    });

    it('goes on while a send fails', async () => {
      await using session = await openSession(contract);
      await using receiving = startReceiving(session);
      await untilListening(session);
      session.platform.fail('send', 'blocked');
      await sendText(session, 'refused').catch(() => undefined);
      session.platform.say({ text: 'still here' });
      expect(textsOf(await receiving.door.waitForAccepted(1, soon()))).toEqual(['still here']);
    });

    it('waits longer after each failure, up to half a minute, and begins anew after a success', async () => {
      await using session = await openSession(contract);
      session.platform.fail('receive', 'server-error', 9);
      await using receiving = startReceiving(session);
      await untilListening(session);
      session.platform.say({ text: 'at last' });
      await receiving.door.waitForAccepted(1, soon());
      const waits = session.clock.sleeps.slice(0, 9);
      expect(waits[0]).toBeLessThanOrEqual(1000);
      expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
      expect(new Set(waits).size).toBeGreaterThan(4);
      expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    });

    it('waits as long as the platform asks', async () => {
      await using session = await openSession(contract);
      session.platform.fail('receive', 'rate-limited');
      await using receiving = startReceiving(session);
      session.platform.say({ text: 'x' });
      await receiving.door.waitForAccepted(1, soon());
      expect(session.clock.sleeps[0]).toBeGreaterThanOrEqual(
        contract.lacks.pulls === undefined ? 7000 : 1,
      );
    });

    it('ends when the token is refused', async () => {
      await using session = await openSession(contract);
      session.platform.revoke();
      const receiving = startReceiving(session);
      expect(await receiving.ended).toMatchObject({ code: 'channel.auth' });
      await receiving.stop();
    });

    it("ends by an abort with the signal's reason, at once", async () => {
      await using session = await openSession(contract);
      const receiving = startReceiving(session);
      await untilListening(session);
      const reason = new Error('shutting down');
      expect(await receiving.stop(reason)).toBe(reason);
    });

    it('loses nothing when it is stopped while an event is being stored', async () => {
      await using session = await openSession(contract);
      const receiving = startReceiving(session);
      receiving.door.hold();
      const event = session.platform.say({ text: 'in flight' });
      await receiving.door.waitForOffered(1, soon());
      await receiving.stop();
      expect(receiving.door.accepted).toEqual([]);
      expect(session.platform.isAcknowledged(event)).toBe(false);
      await using again = startReceiving(session, { channel: session.fixture.open() });
      await untilAcknowledged(session, event);
      expect(textsOf(again.door.accepted)).toEqual(['in flight']);
    });

    contract.having('pulls', describePulling);
  });
}

function describePulling(contract: Contract): void {
  const { it } = contract;
  it('ends when the token is revoked while it runs', async () => {
    await using session = await openSession(contract);
    const receiving = startReceiving(session);
    await untilListening(session);
    session.platform.revoke();
    session.platform.dropConnections();
    expect(await receiving.ended).toMatchObject({ code: 'channel.auth' });
    await receiving.stop();
  });
}
