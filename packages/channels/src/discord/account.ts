import { toCuttleError } from '@cuttle/core-types/errors';
import type { ChannelHealth } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { DiscordApi } from './api.ts';
import { WireUser } from './wire.ts';

/** Who we are on this platform. */
export interface Self {
  readonly id: string;
  readonly name: string;
}

/** The bot behind the token. */
export interface Account {
  /** Asks once and remembers; throws `channel.*`. */
  read(signal: AbortSignal): Promise<Self>;
  /** The application's id, which is the bot's only where it is not old. */
  readApplicationId(signal: AbortSignal): Promise<string>;
  /** Asks again; an answer either way, but for an abort. */
  probe(signal: AbortSignal): Promise<ChannelHealth>;
}

const WireApplication = z.looseObject({ id: z.string() });

export function createAccount(api: DiscordApi): Account {
  let known: Self | undefined;
  let applicationId: string | undefined;
  const ask = async (signal: AbortSignal): Promise<Self> => {
    const me = WireUser.parse(await api.call({ method: 'GET', path: '/users/@me' }, signal));
    known = { id: me.id, name: me.username ?? me.id };
    return known;
  };
  return {
    read: async (signal) => known ?? ask(signal),
    async readApplicationId(signal) {
      if (applicationId === undefined) {
        const call = { method: 'GET', path: '/applications/@me' } as const;
        applicationId = WireApplication.parse(await api.call(call, signal)).id;
      }
      return applicationId;
    },
    async probe(signal) {
      try {
        const { id, name } = await ask(signal);
        return { ok: true, platformId: id, name };
      } catch (error) {
        signal.throwIfAborted();
        return { ok: false, detail: toCuttleError(error).message };
      }
    },
  };
}
