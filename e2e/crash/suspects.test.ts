import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textFor } from '@cuttle/core-types/texts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bundleCrashServer } from './bundle-server.ts';
import { withRows } from './home-rows.ts';
import { type CrashWorld, openCrashWorld } from './crash-world.ts';

let folder: string;
let world: CrashWorld;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-crash-bundle-'));
  const program = await bundleCrashServer(folder);
  world = await openCrashWorld({ program, dialect: 'openai', ambiguity: 'resend-marked' });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const chats = { ann: 1001, bob: 1002, cat: 1003 };

/** A question whose answer does not begin while a test runs. */
const hanging = (name: string): string => `[[first=900000]] ${name}: Are you there?`;

const soon = { timeout: 30_000, interval: 20 };

/** Whose question the model was asked, each time. */
function asked(): readonly string[] {
  const texts = world.model.calls.map(({ messages }) => messages.map(({ text }) => text).join(' '));
  return texts.flatMap((text) => /(ann|bob): Are you there/.exec(text)?.[1] ?? []);
}

const untilAsked = (times: number) =>
  vi.waitFor(() => expect(asked().length).toBeGreaterThanOrEqual(times), soon);

function shown(chat: number): string {
  return world.doors.telegram
    .visible(chat)
    .map(({ text }) => text)
    .join('\n');
}

const untilShown = (chat: number, words: string) =>
  vi.waitFor(() => expect(shown(chat)).toContain(words), soon);

/** Runs that were given up, by the rows. */
const countGivenUp = (): number =>
  withRows(world.database, (rows) => rows(`SELECT id FROM run WHERE state = 'failed'`)).length;

it('tries what two lives ended with one at a time, while others are answered', async () => {
  const { victim, doors } = world;
  await victim.start();
  doors.telegram.say({ from: chats.ann, text: hanging('ann') });
  doors.telegram.say({ from: chats.bob, text: hanging('bob') });
  await untilAsked(2);
  await victim.kill();

  // What was cut only once goes on at once.
  await victim.start();
  await untilAsked(4);
  expect(asked().toSorted()).toEqual(['ann', 'ann', 'bob', 'bob']);
  await victim.kill();

  await victim.start();
  await untilAsked(5);
  doors.telegram.say({ from: chats.cat, text: 'good morning' });
  await untilShown(chats.cat, 'You said: good morning');
  expect(asked()).toHaveLength(5);

  // The first end that was laid to both counts for none alone: further ones are laid to the one that is tried.
  for (let life = 4; countGivenUp() === 0; life += 1) {
    expect(asked()).toHaveLength(life + 1);
    expect(life).toBeLessThan(7);
    await victim.kill();
    await victim.start();
    await untilAsked(life + 2);
  }
  const other = asked().at(-1) === 'ann' ? 'ann' : 'bob';
  await untilShown(other === 'ann' ? chats.bob : chats.ann, textFor('run.poisoned'));
  expect(countGivenUp()).toBe(1);

  doors.telegram.say({ from: chats[other], text: '/stop' });
  await untilShown(chats[other], textFor('command.stopped', { cancelled: 0 }));
});
