import type { Channel } from '@cuttle/core-types/ports';
import { type Account, createAccount } from './account.ts';
import { telegramActions, telegramReactions } from './actions.ts';
import { maxUploadBytes } from './arrange-files.ts';
import type { ChannelDeps } from '../channel-definition.ts';
import { createTelegramApi, type TelegramApi } from './api.ts';
import { updateKindsFor } from './decode.ts';
import { encodeAnswer, encodePlaceholder, encodePreview } from './encode.ts';
import { createTelegramDrafts } from './show-draft.ts';
import { createTelegramFiles } from './fetch-file.ts';
import type { TelegramOptions } from './options.ts';
import { type PollDeps, pollUpdates } from './poll.ts';
import { publishMenu } from './menu.ts';
import { sendCall } from './send.ts';
import { parseAddress, parseTarget } from './target.ts';
import { createTelegramWebhook, holdWebhook, type WebhookDeps } from './webhook.ts';

/** A Telegram bot as a channel. https://core.telegram.org/bots/api */
export function createTelegramChannel(options: TelegramOptions, deps: ChannelDeps): Channel {
  const api = createTelegramApi(options, deps);
  const account = createAccount(api);
  const answerButton = createButtonAnswer(api, deps);
  const shared = { ...deps, api, account, answerButton, updateKinds: updateKindsFor(options) };
  const hook = hookOf(options, shared);
  return {
    id: 'telegram',
    // https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    limits: {
      maxTextLength: 4096,
      perSecond: 30,
      // One a second on average; short bursts are let through.
      perConversation: { count: 5, windowMs: 5000 },
      perMinuteInGroup: 20,
      editIntervalMs: 1200,
    },
    ambiguity: options.ambiguity,
    async connect(signal) {
      const self = await account.read(signal);
      return { platformId: String(self.id), name: self.username ?? self.name };
    },
    receive: (door, signal) =>
      hook === undefined
        ? pollUpdates({ ...shared, timeoutSeconds: options.pollTimeoutSeconds }, door, signal)
        : holdWebhook(hook, signal),
    render: encodeAnswer,
    address: parseAddress,
    send: (request, signal) => sendCall(api, request, signal),
    probe: (signal) => account.probe(signal),
    live: {
      placeholder: encodePlaceholder,
      preview: encodePreview,
      ...(options.streaming === 'drafts' && { drafts: createTelegramDrafts(api) }),
    },
    typing: {
      // Telegram shows it for five seconds. https://core.telegram.org/bots/api#sendchataction
      everyMs: 4500,
      show: (target, signal) => showTyping(api, target, signal),
    },
    media: createTelegramFiles(options, shared),
    uploads: { maxBytes: maxUploadBytes },
    actions: telegramActions,
    reactions: telegramReactions,
    menu: { publish: (commands, signal) => publishMenu({ ...deps, api }, commands, signal) },
    ...(hook !== undefined && { webhook: createTelegramWebhook(hook) }),
    async [Symbol.asyncDispose]() {
      // Nothing is held open: requests end with their signals.
    },
  };
}

interface Shared extends ChannelDeps {
  readonly api: TelegramApi;
  readonly account: Account;
  readonly answerButton: PollDeps['answerButton'];
  readonly updateKinds: readonly string[];
}

function hookOf({ webhook, token }: TelegramOptions, shared: Shared): WebhookDeps | undefined {
  return webhook && { ...shared, token, settings: webhook };
}

/** Ends the little clock on a pressed button; that it fails changes nothing. */
function createButtonAnswer(
  api: TelegramApi,
  { log }: Pick<ChannelDeps, 'log'>,
): PollDeps['answerButton'] {
  return async (callbackId, signal) => {
    try {
      await api.call('answerCallbackQuery', { callback_query_id: callbackId }, signal);
    } catch (error) {
      log.debug('A button press could not be confirmed.', { error });
    }
  };
}

async function showTyping(api: TelegramApi, target: unknown, signal: AbortSignal): Promise<void> {
  const { chatId, threadId } = parseTarget(target);
  const thread = threadId === undefined ? {} : { message_thread_id: threadId };
  await api.call('sendChatAction', { chat_id: chatId, action: 'typing', ...thread }, signal);
}
