import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { DraftCapability } from '@cuttle/core-types/ports';
import type { TelegramApi } from './api.ts';
import { encodeDraft } from './encode.ts';
import { saidBy } from './telegram-failure.ts';

/** "Ephemeral and acts as a temporary 30-second preview"; private chats alone have it. https://core.telegram.org/bots/api#sendmessagedraft */
export function createTelegramDrafts(api: TelegramApi): DraftCapability {
  type Draft = Parameters<DraftCapability['show']>[0];
  const call = async (
    draft: Draft,
    formatting: 'html' | 'plain',
    signal: AbortSignal,
  ): Promise<void> => {
    const { method, params } = encodeDraft(draft, formatting);
    await api.call(method, params, signal);
  };
  return {
    everyMs: 25_000,
    async show(draft, signal) {
      try {
        await call(draft, 'html', signal).catch((error: unknown) => {
          if (!saidBy(error).includes("can't parse entities")) throw error;
          return call(draft, 'plain', signal);
        });
      } catch (error) {
        throw takesNone(error) ? toRefusal(error) : error;
      }
    },
  };
}

/** What a person did to their chat says nothing of drafts in others. */
const byPerson = /blocked by the user|deactivated|chat not found|user not found|PEER_ID_INVALID/i;

/** A server that does not know the method says 404, one that grants it to some bots only 400 or 403. */
function takesNone(error: unknown): error is CuttleError {
  if (!isCuttleError(error) || byPerson.test(saidBy(error))) return false;
  return [400, 403, 404].some((status) => status === error.details?.['status']);
}

function toRefusal(cause: CuttleError): CuttleError {
  const { details } = cause;
  return new CuttleError('channel.invalid', 'Telegram takes no drafts from this bot.', {
    ...(details && { details }),
    cause,
  });
}
