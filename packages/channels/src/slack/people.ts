import { toCuttleError } from '@cuttle/core-types/errors';
import type { Clock, Log } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { cleanText } from '../foreign-text.ts';
import type { SlackApi } from './api.ts';
import { slackWordOf } from './slack-failure.ts';

export interface PersonFacts {
  readonly name: string | undefined;
  readonly username: string | undefined;
  readonly isBot: boolean;
}

/** Slack's events name people by id alone; who they are is asked for once. */
export interface People {
  /** Undefined where it cannot be told now: a message does not wait for a name. Rejects only by the abort. */
  find(userId: string, signal: AbortSignal): Promise<PersonFacts | undefined>;
}

const mostPeople = 2000;
/** Less than half of the hundred that Slack allows: it goes on counting what an earlier life asked. https://docs.slack.dev/apis/web-api/rate-limits */
const mostAsked = 40;
const askedWithinMs = 60_000;
/** A message is acknowledged within three seconds. */
const withinMs = 1000;

/** https://docs.slack.dev/reference/methods/users.info */
const WireUser = z.looseObject({
  user: z.looseObject({
    name: z.string().nullish(),
    real_name: z.string().nullish(),
    is_bot: z.boolean().nullish(),
    profile: z.looseObject({ display_name: z.string().nullish() }).nullish(),
  }),
});

export function createPeople({
  api,
  clock,
  log,
}: {
  readonly api: SlackApi;
  readonly clock: Clock;
  readonly log: Log;
}): People {
  let asked: number[] = [];
  let notBefore = 0;
  const mayAsk = (): boolean => {
    const now = clock.monotonic();
    asked = asked.filter((at) => at > now - askedWithinMs);
    return now >= notBefore && asked.length < mostAsked;
  };
  const known = new Map<string, PersonFacts>();
  let isRefused = false;
  const ask = async (userId: string, signal: AbortSignal): Promise<PersonFacts> => {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    const { user } = WireUser.parse(await api.call('users.info', { user: userId }, soon));
    const names = [user.profile?.display_name, user.real_name, user.name];
    const name = names.find((one) => typeof one === 'string' && one.trim() !== '');
    return {
      name: typeof name === 'string' ? cleanText(name).slice(0, 300) : undefined,
      username: user.name ?? undefined,
      isBot: user.is_bot ?? false,
    };
  };
  return {
    async find(userId, signal) {
      const found = known.get(userId);
      if (found !== undefined || isRefused || !mayAsk()) return found;
      asked.push(clock.monotonic());
      try {
        const facts = await ask(userId, signal);
        const [oldest] = known.keys();
        if (known.size >= mostPeople && oldest !== undefined) known.delete(oldest);
        known.set(userId, facts);
        return facts;
      } catch (error) {
        signal.throwIfAborted();
        isRefused = slackWordOf(error) === 'missing_scope';
        const { code, retryAfterMs = 0 } = toCuttleError(error);
        notBefore = clock.monotonic() + retryAfterMs;
        log.debug('Slack did not say who somebody is.', { code });
        return undefined;
      }
    },
  };
}
