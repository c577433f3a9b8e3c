import type { Message } from '@cuttle/core-types';
import { type ContextRoom, type ContextRules, roomFor } from './context-rules.ts';
import { cutOversized, pruneTranscript } from './prune-transcript.ts';
import type { TokenMeter } from './token-meter.ts';

/** A transcript as one request shows it. */
export interface ContextView {
  readonly messages: readonly Message[];
  /** Of the whole request, as the service is expected to count them. */
  readonly tokens: number;
  /** The same before `scale`, to compare with what the service says. */
  readonly estimated: number;
  /** Estimated tokens that messages may have. */
  readonly room: number;
  /** Pruning is not enough: something has to be summarised. */
  readonly isCrowded: boolean;
}

/** A transcript with more than this share of the room is read from the store for nothing: most of it is pruned again. */
const mostRaw = 8;

/** Fits a transcript into the room by pruning, and says whether that is enough. Pure: the same input gives the same bytes. */
export function fitContext(
  messages: readonly Message[],
  room: ContextRoom,
  { rules, meter }: { readonly rules: ContextRules; readonly meter: TokenMeter },
): ContextView {
  const space = roomFor(room, rules);
  const pruned = pruneTranscript(messages, space, { rules, meter });
  const used = meter.ofMessages(pruned);
  const view = used > space ? cutOversized(pruned, space, meter) : pruned;
  const estimated = meter.ofMessages(view) + room.fixedTokens;
  return {
    messages: view,
    estimated,
    tokens: Math.round((estimated * room.scale) / 1000),
    room: space,
    isCrowded: used > space * rules.threshold || meter.ofMessages(messages) > space * mostRaw,
  };
}
