import type { Json } from '@cuttle/core-types';
import type { ToolSpec } from '@cuttle/core-types/ports';
import { encodeSchema } from '../openai/encode-schema.ts';
import { nearestEffort } from '../openai/model-rules.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import type { ResponsesChoices } from './choices.ts';

/** All but the conversation. What is not said is left out. */
export function encodeParameters(choices: ResponsesChoices): Record<string, Json> {
  return {
    ...encodeTools(choices),
    ...encodeThinking(choices),
    ...encodeSampling(choices),
    ...encodeLimits(choices),
    ...encodeFormat(choices),
  };
}

function encodeTools({ request, names }: ResponsesChoices): Record<string, Json> {
  if (request.tools.length === 0) return {};
  const tools = request.tools
    .map((tool) => encodeTool(tool, names))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const choice = request.parameters?.toolChoice;
  if (choice === undefined) return { tools };
  const tool_choice: Json =
    typeof choice === 'string' ? choice : { type: 'function', name: names.toWire(choice.name) };
  return { tools, tool_choice };
}

/** A function is strict unless it says that it is not, and then its schema is changed. */
function encodeTool(
  { name, description, parameters }: ToolSpec,
  names: WireNames,
): { name: string } & Record<string, Json> {
  return {
    type: 'function',
    name: names.toWire(name),
    description,
    parameters: encodeSchema(parameters),
    strict: false,
  };
}

/**
 * https://platform.openai.com/docs/guides/reasoning. Whoever reasons gives its reasoning encrypted, whatever the level: without, the
 * next request would refer to what is not stored.
 */
function encodeThinking({ request, rule, applied }: ResponsesChoices): Record<string, Json> {
  const reasons = rule.sampling === 'refused' || Object.keys(rule.efforts).length > 0;
  if (!reasons) return {};
  const level = request.thinking;
  const known = level === undefined ? undefined : rule.efforts[level];
  const effort = known !== undefined && applied.has('other-effort') ? nearestEffort(known) : known;
  const said = effort !== undefined && !applied.has('without-thinking');
  const summed = level !== 'off' && !applied.has('without-summary');
  return {
    ...(said && { reasoning: { effort, ...(summed && { summary: 'auto' }) } }),
    ...(!applied.has('without-encrypted-content') && { include: ['reasoning.encrypted_content'] }),
  };
}

function encodeSampling({ request, rule, applied }: ResponsesChoices): Record<string, Json> {
  const { temperature, topP } = request.parameters ?? {};
  if (rule.sampling === 'refused' || applied.has('without-sampling')) return {};
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
  };
}

/** "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16" */
const leastTokens = 16;

function encodeLimits({ request, applied }: ResponsesChoices): Record<string, Json> {
  const most = request.parameters?.maxOutputTokens;
  const key = request.cacheKey;
  return {
    ...(most !== undefined &&
      !applied.has('without-max-tokens') && { max_output_tokens: Math.max(most, leastTokens) }),
    ...(key !== undefined &&
      !applied.has('without-cache-key') && { prompt_cache_key: key.slice(0, 64) }),
  };
}

/** The `response_format` of Chat Completions → https://platform.openai.com/docs/guides/structured-outputs */
function encodeFormat({ request }: ResponsesChoices): Record<string, Json> {
  const format = request.parameters?.responseFormat;
  if (!isRecord(format)) return {};
  const inner = format['json_schema'];
  return { text: { format: isRecord(inner) ? { type: 'json_schema', ...inner } : format } };
}

function isRecord(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
