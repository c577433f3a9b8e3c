import type { Config } from '@cuttle/config';
import type { LinkAddress } from '@cuttle/core-types/ports';
import { createLocalClock } from '@cuttle/cron';
import {
  createSessionRules,
  parseLinkAddress,
  type OffsetAt,
  type PlaceKind,
  type ResetPolicy,
  type SessionRules,
} from '@cuttle/sessions';

type ResetConfig = Config['session']['reset'];

/** The configuration of sessions as the runtime asks it: the most particular word wins, key by key. */
export function toSessionRules({ session }: Config): SessionRules {
  const clocks = new Map<string, OffsetAt>();
  const clockOf = (timeZone: string): OffsetAt => {
    const known = clocks.get(timeZone) ?? createLocalClock(timeZone).offsetAt;
    clocks.set(timeZone, known);
    return known;
  };
  return createSessionRules({
    scopeOf: (channel) => session.channels[channel]?.scope ?? session.scope,
    ruleOf(channel, kind) {
      const own = session.channels[channel]?.reset;
      const said = { ...wordsOf(session.reset, kind), ...wordsOf(own, kind) };
      return { policy: toPolicy(said, clockOf), notice: said.notice ? 'told' : 'silent' };
    },
  });
}

type ResetWords = Pick<ResetConfig, 'mode' | 'atHour' | 'timeZone' | 'idleMinutes' | 'notice'>;

/** What is said for a kind of place over what is said for all. */
function wordsOf(reset: ResetConfig | undefined, kind: PlaceKind): ResetWords {
  return { ...withoutAbsent(reset), ...withoutAbsent(reset?.[kind]) };
}

function withoutAbsent(words: ResetWords | undefined): ResetWords {
  const { mode, atHour, timeZone, idleMinutes, notice } = words ?? {};
  return {
    ...(mode !== undefined && { mode }),
    ...(atHour !== undefined && { atHour }),
    ...(timeZone !== undefined && { timeZone }),
    ...(idleMinutes !== undefined && { idleMinutes }),
    ...(notice !== undefined && { notice }),
  };
}

function toPolicy(words: ResetWords, clockOf: (timeZone: string) => OffsetAt): ResetPolicy {
  const { mode = 'manual', atHour = 4, timeZone, idleMinutes = 60 } = words;
  switch (mode) {
    case 'manual':
      return { mode };
    case 'idle':
      return { mode, idleMs: idleMinutes * 60_000 };
    case 'daily':
      return { mode, atHour, offsetAt: clockOf(timeZone ?? hostTimeZone()) };
  }
}

function hostTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The configured persons as the store keeps them. */
export function toPersons({
  persons,
}: Config): { readonly label: string; readonly addresses: readonly LinkAddress[] }[] {
  return persons.map(({ name, identities }) => ({
    label: name,
    addresses: identities.map(parseLinkAddress).filter((address) => address !== undefined),
  }));
}
