import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSound } from '@cuttle/testkit/crash';
import { expect, it } from 'vitest';
import { bundleCrashServer } from './bundle-server.ts';
import { openCrashWorld } from './crash-world.ts';
import { hashTables, withDeadRows } from './home-rows.ts';
import { runCycle } from './run-cycle.ts';
import { runCrashes } from './run-crashes.ts';

/** One of each kind of instant on the way of a message: accepted, claimed, answered, used a tool, heard of a worker, completed, sent, committed. */
const instants = [
  'accept.after.commit',
  'accept.before.ack',
  'claim.after.commit',
  'model.mid_stream',
  'command.before.commit',
  'command.after.commit',
  'compaction.after.model',
  'compaction.flush.after.model',
  'compaction.flush.after.append',
  'compaction.after.commit',
  'media.fetch.after.write',
  'media.fetch.after.commit',
  'media.words.before.commit',
  'media.words.after.commit',
  'tool.started.after.commit',
  'tool.finished.before.commit',
  'worker.report.after.commit',
  'worker.finish.after.commit',
  'complete.after.commit',
  'deliver.after.sending_commit',
  'deliver.after.response',
  'store.after.commit',
];

it('loses nothing, says nothing twice and keeps the order over crashes at named instants and at random moments', async () => {
  const wish = { hits: 1, instants, recoveries: false, moments: 6, seed: 7 };
  const tally = await runCrashes(wish, () => {});

  expect(tally.faults).toEqual([]);
  expect(tally).toMatchObject({ lost: 0, doubled: 0, misordered: 0, violations: 0 });
  expect(tally.passed.length).toBeGreaterThanOrEqual(instants.length - 1);
  expect(tally.kills).toBeGreaterThanOrEqual(instants.length + 10);
}, 600_000);

/**
 * All but what comes behind: pieces of a stream whose step has ended go with the upkeep of some later start, and what search
 * reads is written from the other rows when there is time.
 */
function hashLasting(rows: Parameters<typeof hashTables>[0]): ReturnType<typeof hashTables> {
  const isLasting = (table: string): boolean =>
    !/^(?:delta$|message_text|session_text)/.test(table);
  return new Map([...hashTables(rows)].filter(([table]) => isLasting(table)));
}

it('changes no row in a further restart with no input', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-crash-bundle-'));
  const program = await bundleCrashServer(folder);
  await using world = await openCrashWorld({
    program,
    dialect: 'openai',
    ambiguity: 'resend-marked',
  });
  const { verdict } = await runCycle(world, 1, {
    shapes: ['plain', 'tools'],
    deaths: [{ kind: 'moment', afterMs: 60 }],
  });
  await world.victim.kill();
  const before = await withDeadRows(world.database, hashLasting);
  await world.victim.start();
  await world.victim.kill();

  expect(isSound(verdict)).toBe(true);
  expect(await withDeadRows(world.database, hashLasting)).toEqual(before);
  await rm(folder, { recursive: true, force: true });
}, 120_000);
