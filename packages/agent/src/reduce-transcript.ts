import { callsOf, type Message, type RunEvent, type ToolResultPart } from '@cuttle/core-types';

/**
 * The transcript after an event: fold the events of a run over its messages, and go on from there with the next one.
 * Results stand in the order of their calls whatever came first. Calls that a stop left without a result stay so; every provider says that to its model.
 */
export function reduceTranscript(
  messages: readonly Message[],
  event: RunEvent,
): readonly Message[] {
  if (event.type === 'step.end') return [...messages, event.message];
  if (event.type !== 'tool.result') return messages;
  const at = messages.findLastIndex(({ role }) => role === 'assistant');
  const answer = messages[at];
  if (answer?.role !== 'assistant') return messages;
  const after = messages[at + 1];
  const known = after?.role === 'tool' ? after.parts : [];
  const place = ({ callId }: ToolResultPart): number =>
    callsOf(answer).findIndex((call) => call.callId === callId);
  const parts = [...known, event.result].toSorted((left, right) => place(left) - place(right));
  return messages.toSpliced(at + 1, known.length > 0 ? 1 : 0, { role: 'tool', parts });
}
