import { CuttleError } from '@cuttle/core-types/errors';
import type { ActionRequest, ChannelAction, OutboundDraft } from '@cuttle/core-types/ports';
import { withPatience } from './outbound-files.ts';
import { findPlace } from './run-place.ts';
import type { RunState } from './run-state.ts';

/** An action in the run's own conversation as a row to be. Throws `channel.not-found` or `tool.failed`. */
export async function actionDraft(
  state: RunState,
  request: ActionRequest,
): Promise<Omit<OutboundDraft, 'origin'>> {
  const { kernel } = state;
  const { channel, conversation } = findPlace(state, 'current');
  const action = channel.actions?.find(({ name }) => name === request.action);
  if (!action) throw failed(`${channel.id} has no action "${request.action}".`);
  const subject = await findSubject(state, action, request);
  const messageId = subject.kind === 'theirs' ? subject.messageId : undefined;
  const senderId = state.claimed.inputs.at(-1)?.body.senderId;
  const body = action.render(request.input, { messageId, senderId, file: request.file });
  return {
    outboundId: kernel.newId(),
    conversation,
    part: 0,
    body: withPatience(body),
    ttlMs: kernel.settings().delivery.ttlMs,
    ...(subject.kind === 'own'
      ? { kind: action.kind, targetId: subject.outboundId }
      : { kind: 'send' }),
  };
}

type Subject =
  | { readonly kind: 'none' }
  | { readonly kind: 'own'; readonly outboundId: string }
  | { readonly kind: 'theirs'; readonly messageId: string };

/** Which message it is about: only ours is ever edited or deleted, and only here. */
async function findSubject(
  { kernel, claimed }: RunState,
  { subject, name }: ChannelAction,
  { message = subject === 'any' ? 'theirs' : 'last' }: ActionRequest,
): Promise<Subject> {
  if (subject === 'none') return { kind: 'none' };
  if (message === 'theirs') {
    if (subject === 'own') throw failed(`"${name}" is only for messages of your own.`);
    const messageId = claimed.inputs.findLast(({ body }) => body.messageId !== undefined)?.body
      .messageId;
    if (messageId === undefined) throw failed('There is no message of a person here.');
    return { kind: 'theirs', messageId };
  }
  const { conversationId = '' } = claimed;
  const outboundId = message === 'last' ? undefined : message;
  const own = await kernel.store.reader.findOwnMessage({ conversationId, outboundId });
  if (!own)
    throw failed(
      outboundId === undefined
        ? 'You have sent no message here yet.'
        : `You have sent no message "${outboundId}" here.`,
    );
  return { kind: 'own', outboundId: own.outboundId };
}

function failed(message: string): CuttleError {
  return new CuttleError('tool.failed', message);
}
