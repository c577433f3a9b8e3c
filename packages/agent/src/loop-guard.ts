import { callsOf, type Json, type Message } from '@cuttle/core-types';
import { canonicalJson } from './plan-hash.ts';

/** From this repetition on a call is answered without running. */
const warnAt = 4;
/** From this repetition on the run ends. */
const stopAt = 7;

export type LoopVerdict = { readonly kind: 'fine' | 'warn' | 'stop'; readonly count: number };

/**
 * How often this exact call was made since the last message of a person. Read from the transcript,
 * so that a resumed run counts on.
 */
export function judgeRepetition(
  messages: readonly Message[],
  call: { readonly name: string; readonly input: Json },
): LoopVerdict {
  const wanted = canonicalJson(call.input);
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  const count = messages
    .slice(lastUser + 1)
    .flatMap((message) => (message.role === 'assistant' ? callsOf(message) : []))
    .filter(({ name, input }) => name === call.name && canonicalJson(input) === wanted).length;
  if (count >= stopAt) return { kind: 'stop', count };
  return { kind: count >= warnAt ? 'warn' : 'fine', count };
}
