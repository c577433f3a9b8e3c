import type { Json } from '@cuttle/core-types';
import { encodeMessage } from '../encode.ts';
import { failures } from '../failure.ts';
import type { InteractionState, Route, RouteAnswer, RouteCall, RouteContext } from '../route.ts';
import { Callback, MessageBody, parseBody } from '../schemas.ts';
import type { MessageState } from '../world.ts';
import { createMessage, editMessage } from './messages.ts';

/** The first answer must come within three seconds; the token lives fifteen minutes. https://discord.com/developers/docs/interactions/receiving-and-responding */
const answerWithinMs = 3000;
const tokenLivesMs = 15 * 60_000;

export const interactionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/interactions/:interaction/:token/callback',
    open: true,
    run: answerInteraction,
  },
  {
    method: 'POST',
    path: '/webhooks/:application/:token',
    open: true,
    run(context, call) {
      const interaction = liveInteraction(context, call);
      return shown(context, respond(context, interaction, call));
    },
  },
  {
    method: 'GET',
    path: '/webhooks/:application/:token/messages/@original',
    open: true,
    run: (context, call) => shown(context, originalOf(context, call)),
  },
  {
    method: 'PATCH',
    path: '/webhooks/:application/:token/messages/@original',
    open: true,
    run(context, call) {
      const interaction = liveInteraction(context, call);
      // What was deferred is written now.
      if (interaction.answer?.type === 5 && interaction.responseId === undefined)
        return shown(context, respond(context, interaction, call));
      const message = originalOf(context, call);
      editMessage(context, message, parseBody(MessageBody, call.body));
      return shown(context, message);
    },
  },
  {
    method: 'DELETE',
    path: '/webhooks/:application/:token/messages/@original',
    open: true,
    run(context, call) {
      const interaction = liveInteraction(context, call);
      if (interaction.responseId !== undefined) {
        const message = originalOf(context, call);
        message.deleted = true;
        context.publish.deleted(message);
      }
      return { status: 204 };
    },
  },
];

function answerInteraction(context: RouteContext, call: RouteCall): RouteAnswer {
  const { world, interactions } = context;
  const { interaction: id = '', token } = call.params;
  const interaction = interactions.get(id);
  const isLate = (interaction?.at ?? 0) < world.now() - answerWithinMs;
  if (interaction?.token !== token || interaction === undefined)
    throw failures.unknownInteraction();
  if (interaction.answer !== undefined) throw failures.alreadyAcknowledged();
  if (isLate) throw failures.unknownInteraction();
  applyAnswer(context, interaction, call);
  return { status: 204 };
}

function applyAnswer(context: RouteContext, interaction: InteractionState, call: RouteCall): void {
  const { world } = context;
  const { type, data } = parseBody(Callback, call.body);
  interaction.answer = { type, data: data ?? null };
  if (type === 4) respond(context, interaction, { ...call, body: data ?? {} });
  if (type === 7) {
    const message = world.findMessage(interaction.channelId, interaction.messageId ?? '');
    if (message === undefined) throw failures.unknownMessage();
    editMessage(context, message, parseBody(MessageBody, data ?? {}));
  }
}

function respond(
  context: RouteContext,
  interaction: InteractionState,
  call: Pick<RouteCall, 'body' | 'files'>,
): MessageState {
  const channel = context.world.channels.get(interaction.channelId);
  if (channel === undefined) throw failures.unknownChannel();
  const message = createMessage(context, call, channel);
  interaction.responseId ??= message.id;
  return message;
}

function liveInteraction(
  { world, interactions }: RouteContext,
  { params }: RouteCall,
): InteractionState {
  const found = [...interactions.values()].find(({ token }) => token === params['token']);
  if (found?.answer === undefined || found.at < world.now() - tokenLivesMs)
    throw failures.unknownWebhook();
  return found;
}

function originalOf(context: RouteContext, call: RouteCall): MessageState {
  const { channelId, responseId = '' } = liveInteraction(context, call);
  const message = context.world.findMessage(channelId, responseId);
  if (message === undefined) throw failures.unknownMessage();
  return message;
}

function shown(
  { world, cdnUrl }: RouteContext,
  message: MessageState,
): { status: number; body: Json } {
  return { status: 200, body: encodeMessage(world, message, cdnUrl()) };
}
