import { toCuttleError } from '@cuttle/core-types/errors';
import type { ChannelHealth } from '@cuttle/core-types/ports';
import type { TelegramApi } from './api.ts';
import { WireUser } from './wire.ts';

/** Who we are on this platform. */
export interface Self {
  readonly id: number;
  readonly name: string;
  readonly username: string | undefined;
}

/** The bot behind the token. */
export interface Account {
  /** Asks once and remembers; throws `channel.*`. */
  read(signal: AbortSignal): Promise<Self>;
  /** Asks again; an answer either way, but for an abort. */
  probe(signal: AbortSignal): Promise<ChannelHealth>;
}

export function createAccount(api: TelegramApi): Account {
  let known: Self | undefined;
  const ask = async (signal: AbortSignal): Promise<Self> => {
    const me = WireUser.parse(await api.call('getMe', {}, signal));
    known = { id: me.id, name: me.first_name ?? String(me.id), username: me.username ?? undefined };
    return known;
  };
  return {
    read: async (signal) => known ?? ask(signal),
    async probe(signal) {
      try {
        const { id, name, username } = await ask(signal);
        return { ok: true, platformId: String(id), name: username ?? name };
      } catch (error) {
        signal.throwIfAborted();
        return { ok: false, detail: toCuttleError(error).message };
      }
    },
  };
}
