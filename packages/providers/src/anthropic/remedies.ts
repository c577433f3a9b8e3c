import type { Remedy } from '../exchange/remedies.ts';

export type AnthropicRemedy =
  | 'without-old-thinking'
  | 'lower-effort'
  | 'without-thinking'
  | 'without-sampling'
  | 'without-forced-tool'
  | 'without-format'
  | 'without-cache-marks'
  | 'with-fewer-tokens';

/** Each with the message that taught us. */
export const anthropicRemedies: readonly Remedy<AnthropicRemedy>[] = [
  {
    // "messages.1.content.0: Invalid `signature` in `thinking` block"
    // "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified"
    // Since Claude 5.1 a block is also bound to everything before it, which compaction changes.
    name: 'without-old-thinking',
    refusal: /signature|thinking.{0,40}block|binding_mismatch/i,
    holdsFor: 'request',
  },
  {
    // "Thinking may not be enabled when tool_choice forces tool use."
    // "tool_choice: forced tool use is not supported for this model"
    name: 'without-forced-tool',
    refusal: /tool_choice|forced tool use/i,
  },
  {
    // "output_config.effort \"max\" is not supported by model …; supported values: [low medium high]"
    // "This model does not support effort level 'max'. Supported levels: high, low, medium."
    name: 'lower-effort',
    refusal: /effort[^]{0,20}["'`]max["'`]/i,
  },
  {
    // "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\""
    // "adaptive thinking is not supported on this model"
    name: 'without-thinking',
    refusal: /thinking|effort/i,
  },
  {
    // "temperature: Extra inputs are not permitted", "`temperature` and `top_p` cannot both be specified for this model."
    name: 'without-sampling',
    refusal: /\b(?:temperature|top_p|top_k)\b/,
  },
  {
    // "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5"
    name: 'with-fewer-tokens',
    refusal: /max_tokens: \d+ > \d+/,
  },
  {
    // "'claude-sonnet-4-20250514' does not support output format."
    name: 'without-format',
    refusal: /output_config|output[ _]format/i,
  },
  {
    // Compatible servers: "cache_control: Extra inputs are not permitted"
    name: 'without-cache-marks',
    refusal: /cache_control/i,
  },
];
