import type { Channel } from '@cuttle/core-types/ports';
import { whatsappReactions } from '../whatsapp-reactions.ts';
import { whatsappActions } from './actions.ts';
import { createAccount } from './account.ts';
import { createWhatsappApi } from './api.ts';
import type { ChannelDeps } from '../channel-definition.ts';
import { encodeAnswer } from './encode.ts';
import { createWhatsappFiles } from './fetch-file.ts';
import { maxUploadBytes, uploadTypeOf } from './file-kind.ts';
import { publishMenu } from './menu.ts';
import type { WhatsappOptions } from './options.ts';
import { holdWebhook } from './receive.ts';
import { sendMessage } from './send.ts';
import { parseAddress } from './target.ts';
import { createTyping } from './typing.ts';
import { createWhatsappWebhook } from './webhook.ts';

/** A business phone number on the WhatsApp Cloud API as a channel. https://developers.facebook.com/documentation/business-messaging/whatsapp/ */
export function createWhatsappChannel(options: WhatsappOptions, deps: ChannelDeps): Channel {
  const { phoneNumberId } = options;
  const api = createWhatsappApi(options, deps);
  const account = createAccount(api, phoneNumberId);
  const shared = { ...deps, api, account, phoneNumberId, options };
  const typing = createTyping(shared);
  return {
    id: 'whatsapp',
    // To one person one message in 6 s, after 45 at once. https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
    limits: {
      maxTextLength: 4096,
      perSecond: 80,
      perConversation: { count: 45, windowMs: 270_000 },
      perMinuteInGroup: 10,
      // A reaction is a message of its own kind. https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/reaction-messages
      countsActs: true,
      editIntervalMs: 0,
    },
    // The API has no key by which it would recognise a repetition.
    ambiguity: options.ambiguity,
    connect: (signal) => account.read(signal),
    receive: (_door, signal) => holdWebhook(shared, signal),
    render: encodeAnswer,
    address: parseAddress,
    send: (request, signal) => sendMessage(shared, request, signal),
    probe: (signal) => account.probe(signal),
    ...(options.typing && { typing: typing.capability }),
    media: createWhatsappFiles(options, shared),
    uploads: { maxBytes: maxUploadBytes, takes: (file) => uploadTypeOf(file) !== undefined },
    actions: whatsappActions,
    reactions: whatsappReactions,
    menu: { publish: (commands, signal) => publishMenu(shared, commands, signal) },
    webhook: createWhatsappWebhook({
      ...shared,
      onEvent({ kind, chat, messageId }) {
        if (kind === 'message') typing.hear(chat.id, messageId);
      },
    }),
    async [Symbol.asyncDispose]() {
      // Nothing is held open: requests end with their signals.
    },
  };
}
