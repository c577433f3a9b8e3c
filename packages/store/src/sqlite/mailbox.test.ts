import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { createMailbox } from './mailbox.ts';
import { toFailure } from './wire.ts';

const open = (
  now?: () => number,
): { sent: string[]; mailbox: ReturnType<typeof createMailbox> } => {
  const sent: string[] = [];
  return {
    sent,
    mailbox: createMailbox({ post: (text) => sent.push(text), later: setImmediate, now }),
  };
};

describe('a mailbox', () => {
  it('sends what is asked in one turn as one message, with the time of the caller', async () => {
    const { sent, mailbox } = open(() => 77);
    const answers = [mailbox.call('a', { x: 1 }), mailbox.call('b'), mailbox.call('c', 'text')];
    await Promise.resolve();
    expect(sent.map((text) => JSON.parse(text))).toEqual([
      {
        now: 77,
        calls: [
          [1, 'a', { x: 1 }],
          [2, 'b', null],
          [3, 'c', 'text'],
        ],
      },
    ]);
    mailbox.receive('[[2],[1,{"y":2}],[3,"z"]]');
    expect(await Promise.all(answers)).toEqual([{ y: 2 }, undefined, 'z']);
    expect(mailbox.waiting).toBe(0);
  });

  /** Asks for `count`, has all of them answered at once, and asks again with each answer. */
  const answerCrowd = async (count: number): Promise<readonly number[]> => {
    const { sent, mailbox } = open();
    const crowd = Array.from({ length: count }, async () => {
      await mailbox.call('first');
      // The work between an answer and the next question.
      for (let step = 0; step < 5; step += 1) await Promise.resolve();
      await mailbox.call('second');
    });
    await Promise.resolve();
    mailbox.receive(JSON.stringify(Array.from({ length: count }, (_, at) => [at + 1])));
    while (mailbox.waiting < count || sent.length < 2 || held(sent) < 2 * count)
      await new Promise(setImmediate);
    const seconds = Array.from({ length: count }, (_, at) => [count + at + 1]);
    mailbox.receive(JSON.stringify(seconds));
    await Promise.all(crowd);
    return sent.map((text) => callsIn(text));
  };
  const callsIn = (text: string): number =>
    (JSON.parse(text) as { readonly calls: readonly unknown[] }).calls.length; // our own message
  const held = (sent: readonly string[]): number =>
    sent.reduce((sum, text) => sum + callsIn(text), 0);

  it('sends on at once what one answer sets off', async () => {
    expect(await answerCrowd(1)).toEqual([1, 1]);
  });

  it('sends as one message what a crowd asks next', async () => {
    expect(await answerCrowd(30)).toEqual([30, 30]);
  });

  it('lets nobody wait who makes a good group already', async () => {
    const [first, ...rest] = await answerCrowd(100);
    expect(first).toBe(100);
    expect(rest.length).toBeGreaterThan(2);
    for (const calls of rest.slice(0, -1)) expect(calls).toBeGreaterThanOrEqual(32);
  });

  it('refuses what cannot be encoded, alone', async () => {
    const { sent, mailbox } = open();
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const fine = mailbox.call('a');
    await expect(mailbox.call('b', circle)).rejects.toThrow(TypeError);
    let deep: unknown[] = [];
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    await expect(mailbox.call('c', deep)).rejects.toThrow(RangeError);
    expect(sent).toEqual(['{"calls":[[1,"a",null]]}']);
    mailbox.receive('[[1,"ok"]]');
    expect(await fine).toBe('ok');
  });

  it('gives a failure its code, message, hint and details back', async () => {
    const { mailbox } = open();
    const failed = mailbox.call('a');
    const details = { at: 5 };
    const error = new CuttleError('request.invalid', 'No.', {
      hint: 'Yes.',
      details,
      retryAfterMs: 9,
    });
    mailbox.receive(JSON.stringify([[1, null, toFailure(error)]]));
    await expect(failed).rejects.toMatchObject({
      code: 'request.invalid',
      message: 'No.',
      hint: 'Yes.',
      details,
      retryAfterMs: 9,
    });
  });

  it('rejects what waits and what comes, once nobody answers', async () => {
    const { sent, mailbox } = open();
    const waiting = mailbox.call('a');
    const gone = new CuttleError('store.failed', 'Gone.');
    mailbox.fail(gone);
    mailbox.fail(new CuttleError('internal', 'Later.'));
    await expect(waiting).rejects.toBe(gone);
    await expect(mailbox.call('b')).rejects.toBe(gone);
    mailbox.receive('[[1,"late"]]');
    await Promise.resolve();
    expect(sent).toHaveLength(1);
  });

  it('hands out a crowd of replies in several turns of the loop, in order', async () => {
    const { mailbox } = open();
    const order: number[] = [];
    const all = Array.from({ length: 20 }, (_, at) => mailbox.call('a').then(() => order.push(at)));
    mailbox.receive(JSON.stringify(all.map((_, at) => [at + 1])));
    await Promise.resolve();
    await Promise.resolve();
    const inFirstTurn = order.length;
    expect(inFirstTurn).toBeGreaterThan(0);
    expect(inFirstTurn).toBeLessThan(20);
    const late = mailbox.call('b').then(() => order.push(20));
    mailbox.receive('[[21]]');
    await Promise.all([...all, late]);
    expect(order).toEqual(Array.from({ length: 21 }, (_, at) => at));
  });

  it('hands out what has arrived before it fails', async () => {
    const { mailbox } = open();
    const all = Array.from({ length: 20 }, () => mailbox.call('a'));
    const lost = mailbox.call('b');
    mailbox.receive(JSON.stringify(all.map((_, at) => [at + 1, at])));
    mailbox.fail(new CuttleError('store.failed', 'gone'));
    expect(await Promise.all(all)).toEqual(Array.from({ length: 20 }, (_, at) => at));
    await expect(lost).rejects.toThrow('gone');
  });
});
