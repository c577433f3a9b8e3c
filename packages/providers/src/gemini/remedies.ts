import type { Remedy } from '../exchange/remedies.ts';

export type GeminiRemedy =
  | 'without-old-signatures'
  | 'with-stand-ins'
  | 'with-usual-thinking'
  | 'without-thinking'
  | 'without-call-ids'
  | 'without-system'
  | 'without-urls'
  | 'without-format';

/** Each with the message that taught us. */
export const geminiRemedies: readonly Remedy<GeminiRemedy>[] = [
  {
    // "Corrupted thought signature.": another account, another service or a proxy has said it.
    name: 'without-old-signatures',
    refusal: /(?:corrupted|invalid) thought.?signature|thought_signature' \(TYPE_BYTES\)/i,
    holdsFor: 'request',
  },
  {
    // "Function call is missing a thought_signature in functionCall parts."
    name: 'with-stand-ins',
    refusal: /missing a .?thought.?signature|MISSING_THOUGHT_SIGNATURE/i,
  },
  {
    // "Thinking level MINIMAL is not supported for this model. Please retry with other thinking level."
    // "The thinking budget 100 is invalid. Please choose a value between 512 and 24576."
    // "Budget 0 is invalid. This model only works in thinking mode."
    name: 'with-usual-thinking',
    refusal: /thinking level \w+ is not supported|budget -?\d+ is invalid/i,
  },
  {
    // "Thinking level is not supported for this model.", "Thinking is not enabled for models/gemini-2.0-flash"
    // "Unable to submit request because Thinking_config.include_thoughts is only enabled when thinking is enabled."
    name: 'without-thinking',
    refusal:
      /thinking(?:_config| level| budget)?\b[^]{0,60}(?:not|only) (?:supported|enabled)|thinking_?config/i,
  },
  {
    // Vertex AI: "Unknown name \"id\" at 'contents[7].parts[0].function_response': Cannot find field."
    name: 'without-call-ids',
    refusal: /unknown name "id"/i,
  },
  {
    // "Developer instruction is not enabled for models/gemma-3-27b-it"
    name: 'without-system',
    refusal: /(?:developer|system)[_ ]?instruction.{0,40}not (?:enabled|supported)/i,
  },
  {
    // "Cannot fetch content from the provided URL.", "Invalid or unsupported file uri: https://…"
    name: 'without-urls',
    refusal: /fetch content from the provided url|(?:invalid|unsupported) file uri/i,
    holdsFor: 'request',
  },
  {
    // "Function calling with a response mime type: 'application/json' is unsupported"
    // "JSON mode is not enabled for models/gemma-3-27b-it"
    name: 'without-format',
    refusal: /response[_ ]mime[_ ]type|response_?(?:json_?)?schema|JSON mode is not/i,
  },
];
