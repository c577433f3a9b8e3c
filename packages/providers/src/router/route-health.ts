import type { Json } from '@cuttle/core-types';
import { type CuttleError, type ErrorCode, errorCodes } from '@cuttle/core-types/errors';
import type { Clock } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { longestRestMs, policyFor } from './failure-policy.ts';

/** Where the state of the keys is kept beyond a restart. Contract: `load` gives what `save` was last given, or undefined. */
export interface RouteMemory {
  load(signal: AbortSignal): Promise<Json | undefined>;
  save(state: Json, signal: AbortSignal): Promise<void>;
}

export interface RouteHealthDeps {
  readonly clock: Clock;
  /** A number from 0 to 1: spreads those who wait for the same moment. */
  random(): number;
  readonly memory?: RouteMemory | undefined;
  /** A failure of `memory`, which stops nobody. */
  readonly onMemoryError?: ((error: unknown) => void) | undefined;
}

/** A key as used for one model. `keyId` names the key without holding it. */
export interface RoutePlace {
  readonly keyId: string;
  readonly model: string;
}

/** One call that may be made. Exactly one of `succeed` and `fail` tells how it ended; `leave` after either does nothing. */
export interface RouteAttempt {
  /** The service answers: others may ask it too. */
  hear(): void;
  succeed(): void;
  fail(error: CuttleError): void;
  /** Nobody knows how it ended: its reader left. */
  leave(): void;
}

export type RoutePermission =
  | { readonly kind: 'go'; readonly attempt: RouteAttempt }
  /** It rests until `untilMs` (wall clock) because of `code`; with `probe`, one call tries it now and `probe` resolves when that is known. */
  | {
      readonly kind: 'rest';
      readonly untilMs: number;
      readonly code: ErrorCode;
      /** In a row. */
      readonly failures: number;
      readonly probe: Promise<void> | undefined;
    };

/** How a key does for one model; a model that it never failed for has no row. */
export interface RouteReport {
  readonly model: string;
  readonly state: 'ready' | 'resting' | 'probing';
  readonly untilMs: number;
  readonly code: ErrorCode;
  /** In a row. */
  readonly failures: number;
}

/**
 * What is known of keys that failed, by key and model. After a rest one call tries whether it is over (half-open) while others
 * still see it resting. Disposal saves what was not saved yet.
 */
export interface RouteHealth extends AsyncDisposable {
  /** Asks to make a call now. */
  enter(place: RoutePlace): RoutePermission;
  report(keyId: string): readonly RouteReport[];
  /** Takes over what an earlier life has saved, where nothing newer is known. */
  restore(signal: AbortSignal): Promise<void>;
}

interface Failing {
  readonly place: RoutePlace;
  failures: number;
  untilMs: number;
  code: ErrorCode;
  probe: PromiseWithResolvers<void> | undefined;
}

/** Beyond so many the one whose rest ends first is forgotten. */
const mostPlaces = 1000;

export function createRouteHealth(deps: RouteHealthDeps): RouteHealth {
  const rows = new Map<string, Failing>();
  const saver = createSaver(deps, () => toState(rows));
  const changed = (): void => {
    trim(rows);
    saver.changed();
  };
  return {
    enter(place) {
      const key = keyOf(place);
      const known = rows.get(key);
      const isHeld = known !== undefined && (known.probe || known.untilMs > deps.clock.now());
      if (!isHeld) return { kind: 'go', attempt: beginAttempt({ ...deps, rows, changed }, place) };
      const { untilMs, code, failures, probe } = known;
      return { kind: 'rest', untilMs, code, failures, probe: probe?.promise };
    },
    report: (keyId) =>
      [...rows.values()]
        .filter(({ place }) => place.keyId === keyId)
        .map((row) => toReport(row, deps.clock.now())),
    async restore(signal) {
      const state = await deps.memory?.load(signal);
      for (const row of readState(state, deps.clock.now())) {
        const key = keyOf(row.place);
        if (!rows.has(key)) rows.set(key, row);
      }
      trim(rows);
    },
    [Symbol.asyncDispose]: () => saver.end(),
  };
}

interface Rows extends RouteHealthDeps {
  readonly rows: Map<string, Failing>;
  changed(): void;
}

/** A call of a place that has failed and rested is its probe. */
function beginAttempt(deps: Rows, place: RoutePlace): RouteAttempt {
  const { rows, changed } = deps;
  const key = keyOf(place);
  const known = rows.get(key);
  const before = known?.failures ?? 0;
  const probe = known && Promise.withResolvers<void>();
  if (known) known.probe = probe;
  const release = (): void => {
    probe?.resolve();
    if (known && known.probe === probe) known.probe = undefined;
  };
  const forget = (): void => {
    if (rows.delete(key)) changed();
  };
  let isOver = false;
  const once = (end: () => void): void => {
    if (!isOver) end();
    isOver = true;
    release();
  };
  return {
    hear() {
      if (known && !isOver) known.untilMs = 0;
      release();
    },
    succeed: () => once(forget),
    leave: () => once(() => {}),
    fail: (error) =>
      once(() => {
        const rest = policyFor(error.code)?.rest;
        // The service has read the request and refused it for what it says: the key is good.
        if (!rest) return forget();
        const row = rows.get(key) ?? toFailing(place, error.code);
        addFailure(row, { before, error, rest }, deps);
        rows.set(key, row);
        changed();
      }),
  };
}

function keyOf({ keyId, model }: RoutePlace): string {
  return JSON.stringify([keyId, model]);
}

function toFailing(place: RoutePlace, code: ErrorCode): Failing {
  return { place, failures: 0, untilMs: 0, code, probe: undefined };
}

function addFailure(
  row: Failing,
  failure: {
    /** Failures in a row when the call began: calls that fail together count once. */
    readonly before: number;
    readonly error: CuttleError;
    readonly rest: { readonly firstMs: number; readonly mostMs: number };
  },
  { clock, random }: RouteHealthDeps,
): void {
  const { before, error, rest } = failure;
  row.failures = Math.max(before + 1, row.failures);
  row.code = error.code;
  const asked = error.retryAfterMs;
  const grown = Math.min(rest.firstMs * 2 ** (row.failures - 1), rest.mostMs);
  // A service's own word is kept, a tenth more so that not all come back together; else half to all of the grown time.
  const restMs =
    asked === undefined
      ? grown * (0.5 + random() / 2)
      : Math.min(asked * (1 + random() / 10), longestRestMs);
  row.untilMs = Math.max(row.untilMs, Math.ceil(clock.now() + restMs));
}

function trim(rows: Map<string, Failing>): void {
  while (rows.size > mostPlaces) {
    const [first] = [...rows].toSorted(([, left], [, right]) => left.untilMs - right.untilMs);
    rows.delete(first?.[0] ?? '');
  }
}

function toReport({ place, failures, untilMs, code, probe }: Failing, nowMs: number): RouteReport {
  const state = probe ? 'probing' : untilMs > nowMs ? 'resting' : 'ready';
  return { model: place.model, state, untilMs, code, failures };
}

const SavedState = z.looseObject({
  v: z.literal(1),
  rows: z.array(
    z.looseObject({
      keyId: z.string(),
      model: z.string(),
      failures: z.int().min(1).max(1000),
      untilMs: z.number(),
      code: z.enum(errorCodes),
    }),
  ),
});

function toState(failing: ReadonlyMap<string, Failing>): Json {
  const rows = [...failing.values()].map(
    ({ place: { keyId, model }, failures, untilMs, code }) => ({
      keyId,
      model,
      failures,
      untilMs,
      code,
    }),
  );
  return { v: 1, rows };
}

/** What cannot be read is as good as nothing: a key that is bad still says so at the next call. A clock that went back keeps no key for days. */
function readState(state: Json | undefined, nowMs: number): readonly Failing[] {
  const saved = SavedState.safeParse(state);
  return (saved.data?.rows ?? [])
    .filter(({ untilMs }) => untilMs > nowMs - longestRestMs)
    .map(({ keyId, model, failures, untilMs, code }) => ({
      place: { keyId, model },
      failures,
      untilMs: Math.min(untilMs, nowMs + longestRestMs),
      code,
      probe: undefined,
    }));
}

/** Changes are saved together, so that a burst of failures is one write. */
const saveAfterMs = 1000;

function createSaver(
  { clock, memory, onMemoryError = () => {} }: RouteHealthDeps,
  snapshot: () => Json,
): { changed(): void; end(): Promise<void> } {
  const ended = new AbortController();
  let isDirty = false;
  let saving: Promise<void> | undefined;
  const save = async (memoryNow: RouteMemory): Promise<void> => {
    try {
      while (isDirty) {
        await clock.sleep(saveAfterMs, ended.signal).catch((error: unknown) => {
          if (!ended.signal.aborted) throw error;
        });
        isDirty = false;
        await memoryNow.save(snapshot(), new AbortController().signal);
      }
    } finally {
      saving = undefined;
    }
  };
  return {
    changed() {
      isDirty = true;
      if (!memory || ended.signal.aborted) return;
      saving ??= save(memory).catch(onMemoryError);
    },
    async end() {
      ended.abort('ended');
      await saving;
    },
  };
}
