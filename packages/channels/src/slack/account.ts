import { toCuttleError } from '@cuttle/core-types/errors';
import type { ChannelHealth } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { SlackApi } from './api.ts';

/** Who we are on this platform. */
export interface Self {
  /** The user that the app's bot is. */
  readonly userId: string;
  /** The bot itself, as it stands at its messages. */
  readonly botId: string | undefined;
  /** The workspace; the organisation, where the app was installed for all of it. */
  readonly teamId: string;
  readonly enterpriseId: string | undefined;
  readonly name: string;
}

/** The bot behind the token. */
export interface Account {
  /** Asks once and remembers; throws `channel.*`. */
  read(signal: AbortSignal): Promise<Self>;
  /** Asks again. */
  ask(signal: AbortSignal): Promise<Self>;
  /** An answer either way, but for an abort. */
  probe(signal: AbortSignal): Promise<ChannelHealth>;
}

/** https://docs.slack.dev/reference/methods/auth.test */
const WireSelf = z.looseObject({
  user_id: z.string().min(1),
  team_id: z.string().min(1),
  user: z.string().optional(),
  bot_id: z.string().nullish(),
  enterprise_id: z.string().nullish(),
});

export function createAccount(api: SlackApi): Account {
  let known: Self | undefined;
  const ask: Account['ask'] = async (signal) => {
    const me = WireSelf.parse(await api.call('auth.test', {}, signal));
    known = {
      userId: me.user_id,
      botId: me.bot_id ?? undefined,
      teamId: me.team_id,
      enterpriseId: me.enterprise_id ?? undefined,
      name: me.user ?? me.user_id,
    };
    return known;
  };
  return {
    ask,
    read: async (signal) => known ?? ask(signal),
    async probe(signal) {
      try {
        return { ok: true, ...toIdentity(await ask(signal)) };
      } catch (error) {
        signal.throwIfAborted();
        return { ok: false, detail: toCuttleError(error).message };
      }
    },
  };
}

/** People's ids are unique within a workspace, so the bot's goes with it. */
export function toIdentity({ teamId, userId, name }: Self): { platformId: string; name: string } {
  return { platformId: `${teamId}:${userId}`, name };
}
