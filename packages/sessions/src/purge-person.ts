import { personPrincipalId } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type {
  Journal,
  Log,
  PersonFacts,
  PersonTrace,
  PurgeRow,
  Reader,
  Settled,
  StoredArea,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { PersonData } from './person-data.ts';

/** Rows that one slice looks at: some milliseconds of the writer. */
const rowsOfSlice = 200;

/** A person by their id or the owner's name for them, or by one of their accounts. */
export type PersonRef = Parameters<Reader['findPerson']>[0];

export interface PurgeDeps {
  readonly reader: Pick<Reader, 'findPerson' | 'listPurges'>;
  readonly journal: Pick<Journal, 'beginPurge' | 'purgeSlice' | 'notePurge' | 'endPurge'>;
  readonly log: Log;
  newId(): string;
  /** Areas outside of the store, which go before those in it. */
  readonly areas: readonly PersonData[];
  /** The order of the store's own; the last takes what names the person. */
  readonly stored: readonly StoredArea[];
  /** What a slice ended is told to whoever waits for it. */
  settled(change: Settled): Promise<void>;
}

/** Throws `request.not-found` where nothing is known of the person. */
export async function readTrace(
  reader: Pick<Reader, 'findPerson'>,
  ref: PersonRef,
): Promise<PersonTrace> {
  const facts = await reader.findPerson(ref);
  if (!facts) throw new CuttleError('request.not-found', 'Nobody is known by this name or id.');
  return toTrace(facts);
}

function toTrace(facts: PersonFacts): PersonTrace {
  const principals = facts.accounts.map(({ channel, accountId, externalId }) =>
    personPrincipalId(channel, accountId, externalId),
  );
  return { ...facts, principals };
}

/**
 * Takes away what is kept of a person, area by area. What cannot be done is a warning, and the rest goes on. Ended or cut off, a second
 * call finds what is left.
 */
export async function purgePerson(
  deps: PurgeDeps,
  input: { readonly person: PersonRef; readonly by: string },
  signal: AbortSignal,
): Promise<PurgeRow> {
  const trace = await readTrace(deps.reader, input.person);
  const row = await deps.journal.beginPurge({ purgeId: deps.newId(), trace, by: input.by });
  return goOn(deps, row, signal);
}

/** Goes on with what an earlier life of the gateway had begun. */
export async function resumePurges(deps: PurgeDeps, signal: AbortSignal): Promise<number> {
  const rows = await deps.reader.listPurges({ limit: 100 });
  for (const row of rows) await goOn(deps, row, signal);
  return rows.length;
}

async function goOn(deps: PurgeDeps, row: PurgeRow, signal: AbortSignal): Promise<PurgeRow> {
  const { purgeId, trace } = row;
  if (!trace) return row;
  const isDone = (name: string): boolean =>
    row.areas.some(({ area, done }) => area === name && done);
  // Words first: what runs is stopped before anything else of the person is taken away.
  const [first, ...rest] = deps.stored;
  if (first) await throughArea(deps, { purgeId, area: first }, signal);
  for (const data of deps.areas)
    if (!isDone(data.area)) await purgeArea(deps, { data, purgeId, trace }, signal);
  for (const area of rest) await throughArea(deps, { purgeId, area }, signal);
  return deps.journal.endPurge({ purgeId });
}

async function throughArea(
  { journal, settled }: PurgeDeps,
  { purgeId, area }: { readonly purgeId: string; readonly area: StoredArea },
  signal: AbortSignal,
): Promise<void> {
  const words = textFor('person.purged');
  for (let isMore = true; isMore;) {
    signal.throwIfAborted();
    const slice = await journal.purgeSlice({ purgeId, area, words, limit: rowsOfSlice });
    await settled(slice);
    isMore = !slice.done;
  }
}

async function purgeArea(
  { journal, log }: PurgeDeps,
  one: { readonly data: PersonData; readonly purgeId: string; readonly trace: PersonTrace },
  signal: AbortSignal,
): Promise<void> {
  const { data, ...purge } = one;
  const { purgeId } = purge;
  const { area } = data;
  signal.throwIfAborted();
  try {
    const { count, warnings } = await data.purge(purge, signal);
    await journal.notePurge({ purgeId, area, count, warnings, done: true });
  } catch (error) {
    signal.throwIfAborted();
    log.warn('A part of what is kept of a person could not be taken away.', { area, error });
    const warnings = [`${area}: ${error instanceof Error ? error.message : String(error)}`];
    await journal.notePurge({ purgeId, area, count: 0, warnings, done: true });
  }
}
