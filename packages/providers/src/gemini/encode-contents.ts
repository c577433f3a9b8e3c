import type { Json, ToolCallPart, ToolResultPart, UserPart } from '@cuttle/core-types';
import { toPlaceholder } from '../transcript/media-text.ts';
import type { TurnPart } from '../transcript/prepare-transcript.ts';
import { sorted } from '../transcript/stable-json.ts';
import type { GeminiChoices } from './choices.ts';
import { encodeInline, encodeUserPart } from './encode-media.ts';
import { isRecord, toKeptCall, toKeptPart, type WirePart } from './kept-parts.ts';

type Content = { role: 'user' | 'model'; parts: WirePart[] };

/** `preface` begins what the user says first: a model without a system instruction reads it there. */
export function encodeContents(choices: GeminiChoices, preface: string): Content[] {
  let calls: Calls = new Map();
  const contents = choices.turns.flatMap((turn): readonly Content[] => {
    switch (turn.role) {
      case 'system':
        return [];
      case 'user':
        return [{ role: 'user', parts: turn.parts.map((part) => encodeUserPart(part, choices)) }];
      case 'assistant':
        calls = callsIn(turn.parts);
        return [{ role: 'model', parts: encodeAnswer(turn.parts, choices) }];
      case 'tool':
        return encodeResults(turn.results, calls, choices);
    }
  });
  const [first] = contents;
  if (preface !== '') first?.parts.unshift({ text: preface });
  return contents;
}

type Calls = ReadonlyMap<string, ToolCallPart>;

function callsIn(parts: readonly TurnPart[]): Calls {
  const calls = parts.filter((part) => part.type === 'tool-call');
  return new Map(calls.map((call) => [call.callId, call]));
}

function encodeAnswer(parts: readonly TurnPart[], choices: GeminiChoices): WirePart[] {
  const encoded: WirePart[] = [];
  for (const part of parts) {
    switch (part.type) {
      case 'text':
        encoded.push({ text: part.text });
        break;
      case 'thinking':
        // Without a signature it is a summary, which the model does not read.
        if (isSignature(part.signature, choices) && part.text !== '')
          encoded.push({ text: part.text, thought: true, thoughtSignature: part.signature });
        break;
      case 'opaque':
        addKept(part.value, encoded, choices);
        break;
      case 'tool-call':
        encoded.push(encodeCall(part, choices));
        break;
    }
  }
  signFirstCall(encoded, choices);
  // An answer of which nothing goes back still has to say something.
  return encoded.length > 0 ? encoded : [{ text: '(no text)' }];
}

/** "Base64 decoding failed": it went through hands that changed it. */
function isSignature(
  signature: string | undefined,
  { applied }: GeminiChoices,
): signature is string {
  return (
    signature !== undefined &&
    !applied.has('without-old-signatures') &&
    /^[\w+/-]+={0,2}$/.test(signature) &&
    signature.replace(/=+$/, '').length % 4 !== 1
  );
}

/** A signature goes to the text that it came with; where that text is no longer there, to nothing. */
function addKept(value: Json, encoded: WirePart[], choices: GeminiChoices): void {
  const kept = toKeptPart(value);
  if (kept?.kind === 'part') {
    const { thoughtSignature, ...part } = kept.part;
    const own = typeof thoughtSignature === 'string' ? thoughtSignature : undefined;
    encoded.push({ ...part, ...(isSignature(own, choices) && { thoughtSignature: own }) });
  }
  if (kept?.kind !== 'signed-text' || !isSignature(kept.thoughtSignature, choices)) return;
  const { text, thoughtSignature } = kept;
  const last = encoded.at(-1);
  // Blank text is left out of a transcript, but its signature counts.
  if (text.trim() === '') encoded.push({ text, thoughtSignature });
  else if (last?.['text'] === text) last['thoughtSignature'] = thoughtSignature;
}

function encodeCall(call: ToolCallPart, choices: GeminiChoices): WirePart {
  const { thoughtSignature } = toKeptCall(call.opaque);
  const args = sorted(isRecord(call.input) ? call.input : { input: call.input });
  return {
    functionCall: { ...nameOf(call, choices), args },
    ...(isSignature(thoughtSignature, choices) && { thoughtSignature }),
  };
}

/** By what a call and its result know each other: a name, and an id where the service itself gave one. */
function nameOf({ name, opaque }: ToolCallPart, { names, applied }: GeminiChoices): WirePart {
  const { id } = toKeptCall(opaque);
  const withId = id !== undefined && !applied.has('without-call-ids');
  return { ...(withId && { id }), name: names.toWire(name) };
}

/**
 * For calls that another model made: https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
 * In every step, not only in those that are checked, so that what was sent stays as it was.
 */
const standIn = 'skip_thought_signature_validator';

function signFirstCall(encoded: readonly WirePart[], { rule, applied }: GeminiChoices): void {
  if (rule.signatures === 'optional' && !applied.has('with-stand-ins')) return;
  const first = encoded.find((part) => 'functionCall' in part);
  if (first) first['thoughtSignature'] ??= standIn;
}

/** https://ai.google.dev/gemini-api/docs/function-calling: all results of a step in one content, in the order of the calls. */
function encodeResults(
  results: readonly ToolResultPart[],
  calls: Calls,
  choices: GeminiChoices,
): readonly Content[] {
  const parts = results.map((result): WirePart => {
    const call = calls.get(result.callId);
    const name = call ? nameOf(call, choices) : { name: choices.names.toWire(result.name) };
    return { functionResponse: { ...name, ...encodeResult(result, choices) } };
  });
  const inside = choices.rule.resultMedia === 'taken';
  const images = inside ? [] : imagesIn(results).map((part) => encodeUserPart(part, choices));
  const after: readonly Content[] = images.length > 0 ? [{ role: 'user', parts: images }] : [];
  return [{ role: 'user', parts }, ...after];
}

/** The service reads `output` and `error`: https://ai.google.dev/api/caching#FunctionResponse */
function encodeResult({ ok, content }: ToolResultPart, { rule }: GeminiChoices): WirePart {
  const inside = rule.resultMedia === 'taken';
  const words = content.map((part) => {
    if (part.type === 'text') return part.text;
    if (!encodeInline(part)) return toPlaceholder(part);
    return inside ? '[image attached]' : '[image below]';
  });
  const media = inside ? content.flatMap((part) => encodeInline(part) ?? []) : [];
  return {
    response: { [ok ? 'output' : 'error']: words.join('\n') },
    ...(media.length > 0 && { parts: media }),
  };
}

function imagesIn(results: readonly ToolResultPart[]): readonly UserPart[] {
  return results.flatMap(({ name, content }) =>
    content.flatMap((part): readonly UserPart[] =>
      encodeInline(part) ? [{ type: 'text', text: `Image from ${name}:` }, part] : [],
    ),
  );
}
