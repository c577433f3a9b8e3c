import type {
  BlobStore,
  Clock,
  Journal,
  Log,
  Reader,
  RetentionRule,
} from '@cuttle/core-types/ports';

/** How long records stay; what is not said stays for ever. */
export interface RetentionRules {
  readonly maxAgeMs: number | undefined;
  /** Of the database. Above it the oldest closed runs go, as many characters of words as there are bytes too many. */
  readonly maxBytes: number | undefined;
  readonly keepArchived: boolean;
  readonly usageMs: number | undefined;
  readonly auditMs: number | undefined;
}

export interface RetentionReport {
  /** Runs that have ended, each with what was said and done in it. */
  readonly groups: number;
  readonly entries: number;
  readonly chars: number;
  /** Rows of sums of usage. */
  readonly usage: number;
  /** Rows of the audit. */
  readonly audit: number;
}

type Source = Pick<Reader, 'previewClosedGroups' | 'countOldUsage' | 'countOldAudit' | 'usedBytes'>;
type Sink = Pick<Journal, 'removeClosedGroups' | 'removeUsage' | 'removeAudit' | 'noteRetention'>;

/** Runs that one slice looks at: some milliseconds of the writer. */
const runsOfSlice = 10;
const rowsOfSlice = 200;

/** What would go now; nothing is changed. */
export async function previewRetention(
  reader: Source,
  input: { readonly rules: RetentionRules; readonly now: number },
  signal: AbortSignal,
): Promise<RetentionReport> {
  const { rules, now } = input;
  const rule = toRule(rules, { now, usedBytes: await reader.usedBytes() });
  const gone = await throughGroups((slice) => reader.previewClosedGroups(slice), rule, signal);
  const [usage, audit] = await Promise.all([
    rules.usageMs === undefined ? 0 : reader.countOldUsage({ before: now - rules.usageMs }),
    rules.auditMs === undefined ? 0 : reader.countOldAudit({ before: now - rules.auditMs }),
  ]);
  return { ...gone, usage, audit };
}

/** Removes it, slice by slice, so that messages come between. Written to the audit where anything went. */
export async function applyRetention(
  { reader, journal }: { readonly reader: Source; readonly journal: Sink },
  input: { readonly rules: RetentionRules; readonly now: number },
  signal: AbortSignal,
): Promise<RetentionReport> {
  const { rules, now } = input;
  const rule = toRule(rules, { now, usedBytes: await reader.usedBytes() });
  const gone = await throughGroups((slice) => journal.removeClosedGroups(slice), rule, signal);
  const usage = await throughRows(
    (before) => journal.removeUsage({ before, limit: rowsOfSlice }),
    timeBefore(now, rules.usageMs),
    signal,
  );
  const audit = await throughRows(
    (before) => journal.removeAudit({ before, limit: rowsOfSlice }),
    timeBefore(now, rules.auditMs),
    signal,
  );
  const report = { ...gone, usage, audit };
  if (report.groups + usage + audit > 0) await journal.noteRetention(report);
  return report;
}

function toRule(
  { maxAgeMs, maxBytes, keepArchived }: RetentionRules,
  { now, usedBytes }: { readonly now: number; readonly usedBytes: number },
): RetentionRule {
  return {
    before: maxAgeMs === undefined ? -1 : now - maxAgeMs,
    wantChars: maxBytes === undefined ? 0 : Math.max(0, usedBytes - maxBytes),
    keepArchived,
  };
}

type Groups = Pick<RetentionReport, 'groups' | 'entries' | 'chars'>;

async function throughGroups(
  visit: Source['previewClosedGroups'],
  rule: RetentionRule,
  signal: AbortSignal,
): Promise<Groups> {
  const sum = { groups: 0, entries: 0, chars: 0 };
  let after: number | undefined = rule.before < 0 && rule.wantChars <= 0 ? undefined : 0;
  while (after !== undefined) {
    signal.throwIfAborted();
    const wantChars = Math.max(0, rule.wantChars - sum.chars);
    const slice = await visit({ ...rule, wantChars, after, limit: runsOfSlice });
    sum.groups += slice.groups;
    sum.entries += slice.entries;
    sum.chars += slice.chars;
    after = slice.next;
  }
  return sum;
}

function timeBefore(now: number, ageMs: number | undefined): number | undefined {
  return ageMs === undefined ? undefined : now - ageMs;
}

async function throughRows(
  remove: (before: number) => Promise<number>,
  before: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  if (before === undefined) return 0;
  let sum = 0;
  for (;;) {
    signal.throwIfAborted();
    const gone = await remove(before);
    sum += gone;
    if (gone < rowsOfSlice) return sum;
  }
}

const everyMs = 3_600_000;
/** How far the clock may be from what it should show before nothing goes by it, until it has been right for an hour. */
const mostJumpMs = 600_000;

/** How long bytes stay that no row names: their message may still be on its way. */
const blobGraceMs = everyMs;

/**
 * Applies the rules once an hour, and frees the bytes that nothing names any more. Nothing goes in the first hour, nor in an hour in which the clock jumped: a clock that runs ahead would
 * take what should stay.
 */
export async function keepRetention(
  deps: {
    readonly reader: Source;
    readonly journal: Sink;
    readonly blobs: Pick<BlobStore, 'free'>;
    readonly clock: Clock;
    readonly log: Log;
    rules(): RetentionRules;
  },
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = deps;
  for (;;) {
    const [wall, steady] = [clock.now(), clock.monotonic()];
    try {
      await clock.sleep(everyMs, signal);
    } catch {
      return; // stopped
    }
    const jump = clock.now() - wall - (clock.monotonic() - steady);
    if (Math.abs(jump) > mostJumpMs) {
      log.warn('The clock jumped, so nothing goes by its age for an hour.', { jumpMs: jump });
      continue;
    }
    try {
      const gone = await applyRetention(deps, { rules: deps.rules(), now: clock.now() }, signal);
      if (gone.groups + gone.usage + gone.audit > 0) log.info('Old records went.', { ...gone });
      const freed = await deps.blobs.free({ before: clock.now() - blobGraceMs }, signal);
      if (freed.count > 0) log.info('Media that nothing names any more went.', { ...freed });
    } catch (error) {
      if (!signal.aborted)
        log.warn('Old records could not be removed; it is tried again.', { error });
    }
  }
}
