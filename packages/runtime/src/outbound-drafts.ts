import type { Answer, Channel, ConversationRef, OutboundDraft } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { withPatience, withSendableFiles } from './outbound-files.ts';

export interface DraftRequest {
  readonly channel: Channel;
  readonly conversation: ConversationRef;
  /** Unique with part and kind; see `OutboundDraft.origin`. */
  readonly origin: string;
  readonly answer: Answer;
}

/** An answer as rows to be: rendered and split now, so that what is committed is what is sent. */
export function noticeDrafts(
  { newId, settings }: Pick<Kernel, 'newId' | 'settings'>,
  { channel, conversation, origin, answer }: DraftRequest,
): OutboundDraft[] {
  const { ttlMs } = settings().delivery;
  return channel.render(withSendableFiles(channel, answer)).map((body, part) => ({
    outboundId: newId(),
    conversation,
    origin,
    part,
    kind: 'send',
    body: withPatience(body),
    ttlMs,
  }));
}
