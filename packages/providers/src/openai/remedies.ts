import type { Remedy } from '../exchange/remedies.ts';

export type OpenaiRemedy =
  | 'thinking-off'
  | 'other-effort'
  | 'without-thinking'
  | 'without-sampling'
  | 'without-usage'
  | 'other-max-tokens'
  | 'without-system';

/** Each with the message that taught us. */
export const openaiRemedies: readonly Remedy<OpenaiRemedy>[] = [
  {
    // DeepSeek, of calls that another model made: "The reasoning_content in the thinking mode must be passed back to the API."
    name: 'thinking-off',
    refusal: /reasoning_content[^]{0,60}passed back/i,
    holdsFor: 'request',
  },
  {
    // "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    name: 'other-max-tokens',
    refusal:
      /(?:unsupported|unrecognized|unknown|extra|not supported)[^]{0,80}max_(?:completion_)?tokens|max_(?:completion_)?tokens[^]{0,40}not (?:supported|permitted)/i,
  },
  {
    // "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model."
    // "reasoning_effort 'max' is not supported for model 'muse-spark-1.3-contributor'. Supported values: [minimal, low, medium, high, xhigh]"
    name: 'other-effort',
    refusal:
      /reasoning_effort[^]{0,40}'(?:none|minimal|xhigh|max)'|'(?:none|minimal|xhigh|max)'[^]{0,40}reasoning_effort/i,
  },
  {
    // "Unrecognized request argument supplied: reasoning_effort"
    // "Reasoning is mandatory for this endpoint and cannot be disabled."
    name: 'without-thinking',
    refusal:
      /reasoning_effort|enable_thinking|reasoning is mandatory|'?reasoning'? .{0,40}not (?:supported|permitted)/i,
  },
  {
    // "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported."
    name: 'without-sampling',
    refusal:
      /\b(?:temperature|top_p|stop|seed)\b.{0,60}(?:not support|unsupported|not permitted|only the default)|(?:unsupported|unrecognized).{0,60}\b(?:temperature|top_p|stop|seed)\b/i,
  },
  {
    // "Extra inputs are not permitted: stream_options"
    name: 'without-usage',
    refusal: /stream_options/i,
  },
  {
    // "Unsupported value: 'messages[0].role' does not support 'system' with this model."
    name: 'without-system',
    refusal:
      /role.{0,40}(?:does not support|unsupported).{0,20}system|(?:system|developer) (?:role|message|instruction).{0,20}not (?:supported|enabled)/i,
  },
];
