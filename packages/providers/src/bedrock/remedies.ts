import type { Remedy } from '../exchange/remedies.ts';

export type BedrockRemedy =
  | 'without-old-thinking'
  | 'without-forced-tool'
  | 'without-cache-points'
  | 'lower-effort'
  | 'without-thinking'
  | 'without-sampling'
  | 'without-max-tokens'
  | 'without-format'
  | 'without-system'
  | 'without-images'
  | 'without-video'
  | 'without-documents'
  | 'with-turns-apart'
  | 'unstreamed';

/** Each with the message that taught us. */
export const bedrockRemedies: readonly Remedy<BedrockRemedy>[] = [
  {
    // "messages.1.content.0: Invalid `signature` in `thinking` block"
    // "This model doesn't support the reasoningContent.reasoningText.signature field. Remove … and try your request again."
    name: 'without-old-thinking',
    refusal: /signature|thinking.{0,40}block|binding_mismatch|reasoningContent/i,
    holdsFor: 'request',
  },
  {
    // "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again."
    // "Thinking may not be enabled when tool_choice forces tool use."
    name: 'without-forced-tool',
    refusal: /tool_?choice|forced tool use/i,
  },
  {
    // "You invoked an unsupported model or your request did not allow prompt caching."
    // "Malformed input request: #/messages/6/content/0: extraneous key [cachePoint] is not permitted"
    name: 'without-cache-points',
    refusal: /prompt caching|cachePoint|cache_control/i,
  },
  {
    // "This model does not support effort level 'max'. Supported levels: high, low, medium."
    name: 'lower-effort',
    refusal: /effort[^]{0,20}["'`]max["'`]/i,
  },
  {
    // "Malformed input request: #: extraneous key [thinking] is not permitted", "adaptive thinking is not supported on this model"
    // "This model doesn't support the outputConfig.effort field."
    name: 'without-thinking',
    refusal: /thinking|reasoning|effort/i,
  },
  {
    // "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    // "`temperature` is deprecated for this model."
    name: 'without-sampling',
    refusal: /\b(?:temperature|top_?p|stop_?sequences)\b/i,
  },
  {
    // "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096."
    name: 'without-max-tokens',
    refusal: /maximum tokens you requested|max_?tokens: \d+ >/i,
  },
  {
    // "This model doesn't support the outputConfig.textFormat field."
    name: 'without-format',
    refusal: /outputConfig|textFormat|output[ _]format/i,
  },
  {
    // "This model doesn't support system messages. Try again without a system message or use a model that supports system messages."
    name: 'without-system',
    refusal: /support(?:s|ing)? (?:the )?system/i,
  },
  {
    // "This model doesn't support the image content block that you provided."
    name: 'without-images',
    refusal: /(?:doesn't|does not) support.{0,20} images?\b/i,
  },
  {
    // As for images, of the block that films go in.
    name: 'without-video',
    refusal: /(?:doesn't|does not) support.{0,20} videos?\b/i,
  },
  {
    // "This model doesn't support documents."
    name: 'without-documents',
    refusal: /(?:doesn't|does not) support.{0,20} documents?\b/i,
  },
  {
    // "messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn."
    name: 'with-turns-apart',
    refusal: /tool (?:result|use) blocks cannot be provided in the same turn/i,
  },
  {
    // "This model doesn't support tool use in streaming mode."
    name: 'unstreamed',
    refusal: /in streaming mode|support streaming|streaming is not supported/i,
  },
];
