import type { Remedy } from '../exchange/remedies.ts';

export type ResponsesRemedy =
  | 'without-encrypted-content'
  | 'without-own-items'
  | 'without-summary'
  | 'other-effort'
  | 'without-thinking'
  | 'without-sampling'
  | 'without-max-tokens'
  | 'without-cache-key'
  | 'with-instructions'
  | 'without-instructions';

/** Each with the message that taught us. */
export const responsesRemedies: readonly Remedy<ResponsesRemedy>[] = [
  {
    // "Encrypted content is not supported with this model."
    name: 'without-encrypted-content',
    refusal: /encrypted content is not supported|reasoning\.encrypted_content|'?include'?\[/i,
  },
  {
    // "The encrypted content gAAA...DQ== could not be verified.": another organisation, or a key that was rotated.
    // "Item 'fc_…' of type 'function_call' was provided without its required 'reasoning' item: 'rs_…'."
    // "Item with id 'rs_…' not found. Items are not persisted when `store` is set to false."
    // "Invalid 'input[66].id': 'item_df7e…'. Expected an ID that begins with 'rs'."
    // "Invalid 'input[3].content': array too long. Expected an array with maximum length 0": another service shows it.
    name: 'without-own-items',
    refusal:
      /encrypted content|without its required|items are not persisted|duplicate item found|'input\[\d+\]\.(?:id|content|summary|phase|namespace|caller)'/i,
    holdsFor: 'request',
  },
  {
    // "Your organization must be verified to generate reasoning summaries."
    name: 'without-summary',
    refusal: /reasoning\.summary|reasoning summar/i,
  },
  {
    // "Unsupported value: 'xhigh' is not supported with the 'gpt-5.1' model. Supported values are: 'none', 'low', …"
    name: 'other-effort',
    refusal: /unsupported value: '(?:none|minimal|xhigh|max)'/i,
  },
  {
    // "Unsupported parameter: 'reasoning.effort' is not supported with this model."
    name: 'without-thinking',
    refusal:
      /reasoning\.effort|unsupported value: '(?:low|medium|high)'|'?reasoning'? .{0,40}not (?:supported|permitted)/i,
  },
  {
    // "Unsupported parameter: 'temperature' is not supported with this model."
    name: 'without-sampling',
    refusal:
      /\b(?:temperature|top_p)\b.{0,60}(?:not support|unsupported|not permitted)|(?:unsupported|unknown).{0,60}\b(?:temperature|top_p)\b/i,
  },
  {
    // A ChatGPT subscription: "Unsupported parameter: max_output_tokens"
    name: 'without-max-tokens',
    refusal: /(?:unsupported|unknown).{0,40}max_output_tokens/i,
  },
  {
    // Compatible servers: "Unknown parameter: 'prompt_cache_key'."
    name: 'without-cache-key',
    refusal: /prompt_cache_key/i,
  },
  {
    // A ChatGPT subscription: "Instructions are required"
    name: 'with-instructions',
    refusal: /instructions are required/i,
  },
  {
    // Compatible servers: "Unsupported parameter: 'instructions'": they take a system message.
    name: 'without-instructions',
    refusal: /(?:unsupported|unknown).{0,40}instructions|instructions\b.{0,40}not support/i,
  },
];
