import type { Client } from '@cuttle/client';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Place } from './messengers-view.ts';

/** A login that is looked at, and where it stands. */
export interface Linking {
  readonly place: Place;
  readonly step: ResultOf<'channels.login'>;
}

/** A login by a phone, followed step by step: the gateway answers when there is something new to show. */
export interface LinkingFlow {
  readonly shown: ReadonlySignal<Linking | undefined>;
  /** Resolves when it is linked or left; rejects where it came to nothing. */
  begin(place: Place): Promise<void>;
  leave(): void;
}

const waitMs = 25_000;

export function createLinking(client: Pick<Client, 'call'>, end: AbortSignal): LinkingFlow {
  const shown = signal<Linking | undefined>(undefined);
  let leaving: AbortController | undefined;
  const leave = (): void => {
    leaving?.abort();
    shown.value = undefined;
  };
  const follow = async ({ channel, account }: Place, left: AbortSignal): Promise<void> => {
    const place = { channel, account };
    const signals = AbortSignal.any([end, left]);
    for (let seen: string | undefined; ;) {
      const ask = { ...place, timeoutMs: waitMs, ...(seen !== undefined && { seen }) };
      const step = await client.call('channels.login', ask, signals);
      signals.throwIfAborted();
      if (step.state !== 'waiting') shown.value = { place, step };
      if (step.state === 'linked') return;
      seen = step.code ?? seen;
    }
  };
  return {
    shown,
    leave,
    async begin(place) {
      leave();
      const own = new AbortController();
      leaving = own;
      shown.value = { place, step: { state: 'waiting' } };
      try {
        await follow(place, own.signal);
      } catch (error) {
        if (own.signal.aborted) return;
        shown.value = undefined;
        throw error;
      }
    },
  };
}
