import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SendRequest } from '@cuttle/core-types/ports';
import { createInstantClock, createRecordingDoor } from '@cuttle/testkit/channel-contract';
import { describe, expect, it } from 'vitest';
import { ann, openBench, openWorld, receive, send, soon } from '../bridge/testing/bench.ts';

it('sends files of any kind as what they are, and keeps nothing of them', async () => {
  await using bench = await openBench();
  await using world = await openWorld();
  const left = join(bench.folder, 'main', 'files', 'file-of-an-earlier-life');
  await mkdir(left, { recursive: true });
  const channel = bench.open(world.program);
  const content = new Uint8Array([1, 2, 3]);
  const fileOf = (name: string, mimeType: string) => ({
    ...({ sha256: '0'.repeat(64), kind: 'document', bytes: 3 } as const),
    name,
    mimeType,
  });
  const files = [
    fileOf('a.png', 'image/png'),
    fileOf('b.ogg', 'audio/ogg'),
    fileOf('c.pdf', 'application/pdf'),
  ];
  const parts = channel.render({ text: 'Look', files });
  for (const [at, part] of parts.entries()) {
    const sent = (part.files ?? []).map((file) => ({ ...file, content }));
    const about = { kind: 'send', target: { chat: ann }, idempotencyKey: `k${at}` } as const;
    await channel.send({ ...about, part, files: sent }, soon());
  }
  expect(world.visible(ann)).toMatchObject([
    { text: 'Look', file: { kind: 'image', mimeType: 'image/png', bytes: content } },
    { text: '', file: { kind: 'voice' } },
    { text: '', file: { kind: 'document', name: 'c.pdf' } },
  ]);
  expect(JSON.stringify(world.calls('send'))).not.toContain('1,2,3');
  const { mode, nlink } = await stat(join(bench.folder, 'main', 'files'));
  expect([mode & 0o777, nlink]).toEqual([0o700, 2]);
});

it('reacts to messages of others and of ours, and changes and deletes ours', async () => {
  await using bench = await openBench();
  await using world = await openWorld();
  const channel = bench.open(world.program);
  await send(channel, 'First.', 'row');
  const { id: messageId = '' } = world.visible(ann)[0] ?? {};
  const { messageId: theirs } = world.say({ from: ann, text: 'hi' });
  const act = async (name: string, input: object, about: Partial<SendRequest>, of?: string) => {
    const action = channel.actions?.find((one) => one.name === name);
    if (!action) throw new Error(`no action ${name}`);
    const part = action.render(action.input.parse(input), { messageId: of });
    const request = { kind: 'send', target: { chat: ann }, part, idempotencyKey: name } as const;
    return channel.send({ ...request, ...about }, soon());
  };
  const receipt = { messageId };
  expect(await act('react', { emoji: '👍' }, {}, theirs)).toEqual({ messageId: theirs });
  expect(await act('react', { emoji: '' }, { receipt })).toEqual(receipt);
  expect(world.reactions).toMatchObject([
    { target: theirs, emoji: '👍', own: false },
    { target: messageId, emoji: '', own: true },
  ]);
  await act('edit', { text: 'Second.' }, { kind: 'edit', receipt });
  expect(world.visible(ann)).toMatchObject([{ id: messageId, text: 'Second.' }]);
  await act('delete', {}, { kind: 'delete', receipt });
  expect(world.visible(ann)).toEqual([]);
  const mark = channel.reactions?.mark(theirs, '👀');
  expect(mark).toMatchObject({ act: 'react', payload: { emoji: '👀', messageId: theirs } });
});

it.each([
  ['own', 1],
  ['off', 0],
] as const)(
  'hears reactions where the owner wants them: %s',
  async (reactionNotifications, count) => {
    await using bench = await openBench();
    await using world = await openWorld();
    const channel = bench.open(world.program, {}, { reactionNotifications });
    await send(channel, 'First.', 'row');
    const { id: messageId = '' } = world.visible(ann)[0] ?? {};
    const door = createRecordingDoor();
    await using _ = receive(channel, door);
    const { event } = world.react({ from: ann, messageId, emoji: '❤' });
    await world.waitFor(() => event.isTaken, soon());
    expect(door.accepted).toHaveLength(count);
    const told = { kind: 'reaction', messageId, reaction: '❤', text: '', chat: { id: ann } };
    expect(door.accepted).toMatchObject(Array.from({ length: count }, () => told));
  },
);

it('tells what a message answers', async () => {
  await using bench = await openBench();
  await using world = await openWorld();
  const channel = bench.open(world.program);
  await send(channel, 'First.', 'row');
  const { id: ours = '' } = world.visible(ann)[0] ?? {};
  const door = createRecordingDoor();
  await using _ = receive(channel, door);
  const { messageId: theirs } = world.say({ from: ann, text: 'one', replyTo: ours });
  world.say({ from: ann, text: 'two', replyTo: theirs });
  await door.waitForAccepted(2, soon());
  expect(door.accepted.map(({ quoted }) => quoted)).toEqual([
    { text: 'First.', from: undefined },
    { text: 'one', from: 'Ann' },
  ]);
});

it.each([true, false])(
  'shows that it read what was written as the owner sets it: %s',
  async (readMarks) => {
    await using bench = await openBench();
    await using world = await openWorld();
    const channel = bench.open(world.program, {}, { readMarks });
    await channel.typing?.show({ chat: ann }, soon());
    expect(world.typing).toEqual([ann]);
    expect(world.reads).toEqual(readMarks ? [ann] : []);
  },
);

describe('render', () => {
  it('spells the buttons that other platforms have', async () => {
    await using bench = await openBench();
    const channel = bench.open('none');
    const buttons = [
      [
        { label: 'Yes, *do*', token: 'approve a_b' },
        { label: 'No', token: 'deny' },
      ],
    ];
    const [part] = channel.render({ text: 'May I? Answer /deny or not.', buttons });
    expect(part?.text).toBe('May I? Answer /deny or not.\n\nYes, *do*: /approve a_b');
    expect(channel.render({ text: '', buttons })).toHaveLength(1);
  });

  it('edits what can be edited, and says anew what is too old for that', async () => {
    await using bench = await openBench();
    await using world = await openWorld();
    const channel = bench.open(world.program);
    const [part] = channel.render({ text: 'Later.' });
    if (part === undefined) throw new Error('Nothing was rendered');
    await send(channel, 'First.', 'row');
    const messageId = world.visible(ann)[0]?.id ?? '';
    const edit = { kind: 'edit', target: { chat: ann }, part, idempotencyKey: 'end' } as const;
    const old = createInstantClock().now() - 20 * 60_000;
    await channel.send({ ...edit, receipt: { messageId, at: old } }, soon());
    expect(world.visible(ann)).toMatchObject([
      { text: 'First.' },
      { text: 'Later.', replyTo: messageId },
    ]);
  });

  it('takes an address as people write it', async () => {
    await using bench = await openBench();
    const channel = bench.open('none');
    expect(channel.address('+49 170 1234567')).toMatchObject({ key: ann, group: false });
    expect(channel.address('120363041234567890@g.us')).toMatchObject({ group: true });
    expect(channel.address('@ann')).toBeUndefined();
  });
});
