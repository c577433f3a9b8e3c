import type { Json, Message } from '@cuttle/core-types';
import { callsOf } from '@cuttle/core-types';
import type { ModelCall } from '@cuttle/testkit';
import { type Visit, wireNameOf } from './walk-journey.ts';

/** What of a request's transcript did not reach the service as it was said. Empty: all of it did. */
export function judgeVisit({ request, call, station }: Visit): readonly string[] {
  if (!call) return ['nothing was asked'];
  const { messages } = request;
  return [
    ...(call.system === request.system ? [] : [`the system text became ${call.system}`]),
    ...findMissing('user text', userTexts(messages), textsIn(call, 'user')),
    ...findMissing('answer', answerTexts(messages), textsIn(call, 'assistant')),
    ...findMissing('result', resultTexts(messages), textsIn(call, 'tool')),
    ...judgeCalls(messages, call),
    ...judgePairs(call),
    ...judgeProofs(messages, { call, model: request.model, dialect: station.dialect.id }),
  ];
}

function userTexts(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message) =>
    message.role === 'user'
      ? message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
      : [],
  );
}

function answerTexts(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message) =>
    message.role === 'assistant'
      ? message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
      : [],
  );
}

function resultTexts(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message) =>
    message.role === 'tool'
      ? message.parts.flatMap(({ content }) =>
          content.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
        )
      : [],
  );
}

function textsIn({ messages }: ModelCall, role: ModelCall['messages'][number]['role']): string {
  return messages.flatMap((message) => (message.role === role ? [message.text] : [])).join('\n');
}

/** Each text stands there once, in the order of the transcript. */
function findMissing(kind: string, expected: readonly string[], found: string): readonly string[] {
  let from = 0;
  return expected.flatMap((words) => {
    if (words.trim() === '') return [];
    const at = found.indexOf(words, from);
    if (at === -1)
      return [`the ${kind} ${JSON.stringify(words)} is not in ${JSON.stringify(found)}`];
    from = at + words.length;
    return found.includes(words, from) ? [`the ${kind} ${JSON.stringify(words)} came twice`] : [];
  });
}

/** Every call with its name and its input, none more. */
function judgeCalls(messages: readonly Message[], call: ModelCall): readonly string[] {
  const expected = messages
    .flatMap((message) => (message.role === 'assistant' ? callsOf(message) : []))
    .map(({ name, input }) => stable([wireNameOf(call, name) ?? null, input]));
  const found = call.messages
    .flatMap(({ calls }) => calls)
    .map(({ name, input }) => stable([name, input]));
  const same = expected.length === found.length && expected.every((one, at) => one === found[at]);
  return same ? [] : [`the calls ${expected.join()} became ${found.join()}`];
}

/**
 * Each result stands for the call that it names, by its id or, where a service needs none, by its tool. Whether an id may
 * stand twice is for the service to say: Gemini is sent what it said itself.
 */
function judgePairs({ messages }: ModelCall): readonly string[] {
  const calls = messages.flatMap((message) => message.calls);
  const called = calls.map(({ callId, name }) => callId || name);
  const answered = messages.flatMap(({ role, callId }) => (role === 'tool' ? [callId] : []));
  return called.join() === answered.join() ? [] : [`${called.join()} ≠ ${answered.join()}`];
}

/**
 * The proofs that a service gave go back to it to the letter, and to nobody else. What was cut off may lack what its
 * proof needs, and a thought behind which nothing was said is left out.
 */
function judgeProofs(
  messages: readonly Message[],
  { call, model, dialect }: { call: ModelCall; model: string; dialect: string },
): readonly string[] {
  const sent = call.request.text;
  return messages.flatMap((message) => {
    if (message.role !== 'assistant') return [];
    const { origin, partial, parts } = message;
    const isOwn = origin?.dialect === dialect && origin.model === model;
    const isForeign = origin?.dialect !== dialect;
    const isWhole =
      !partial &&
      parts.some(
        (part) => part.type === 'tool-call' || (part.type === 'text' && part.text.trim() !== ''),
      );
    return proofsOf(message).flatMap((proof) => {
      const came = sent.includes(JSON.stringify(proof).slice(1, -1));
      if (isOwn && isWhole && !came) return [`the own proof ${proof} is gone`];
      return isForeign && came ? [`the foreign proof ${proof} came along`] : [];
    });
  });
}

const proofKeys: ReadonlySet<string> = new Set(['encrypted_content', 'thoughtSignature']);

/** What a service signed or sealed of its answer. */
export function proofsOf(message: Extract<Message, { role: 'assistant' }>): readonly string[] {
  return message.parts.flatMap((part): readonly string[] => {
    switch (part.type) {
      case 'text':
        return [];
      case 'thinking':
        return part.signature === undefined ? [] : [part.signature];
      case 'opaque':
        return proofsIn(part.value);
      case 'tool-call':
        return part.opaque === undefined ? [] : proofsIn(part.opaque);
    }
  });
}

function proofsIn(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    proofKeys.has(key) && typeof inner === 'string' ? [inner] : [],
  );
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)),
        )
      : inner,
  );
}
