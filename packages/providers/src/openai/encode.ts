import type { Json } from '@cuttle/core-types';
import type { ModelRequest, ThinkingLevel, ToolSpec } from '@cuttle/core-types/ports';
import { prepareTranscript } from '../transcript/prepare-transcript.ts';
import { nineLetters, openaiIdRule } from '../transcript/wire-ids.ts';
import { commonNameRule, createWireNames, type WireNames } from '../transcript/wire-names.ts';
import { callIdsOf, namesOf } from '../transcript/names-of.ts';
import { encodeSchema } from './encode-schema.ts';
import { encodeTurns } from './encode-turns.ts';
import { type OpenaiModelRule, openaiModelRule, nearestEffort } from './model-rules.ts';
import type { OpenaiQuirks } from './quirks.ts';
import type { OpenaiRemedy } from './remedies.ts';

export const openaiDialect = 'openai';

/** A request of theirs, and what is needed to read the answer to it. */
export interface EncodedOpenai {
  readonly body: Readonly<Record<string, Json>>;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

/**
 * https://platform.openai.com/docs/api-reference/chat/create. Pure; one request has one encoding.
 * Tools are sorted by name, keys are in a fixed order, and what is not said is left out.
 */
export function encodeOpenai(
  request: ModelRequest,
  quirks: OpenaiQuirks,
  applied: ReadonlySet<OpenaiRemedy>,
): EncodedOpenai {
  const rule = openaiModelRule(request.model);
  const names = createWireNames(namesOf(request), commonNameRule);
  const turns = prepareTranscript(request.messages, {
    keeps: ({ dialect }) => dialect === openaiDialect,
    ids: quirks.callIds === 'nine-letters' ? nineLetters : openaiIdRule,
    laterSystem: 'in-place',
  });
  const systemRole = applied.has('without-system') ? 'user' : rule.systemRole;
  const body: Record<string, Json> = {
    model: request.model,
    messages: encodeTurns(turns, { system: request.system, systemRole, quirks, names }),
    ...encodeTools(request, names),
    ...encodeThinking(request.thinking, { quirks, rule, applied }),
    ...encodeParameters(request, { quirks, rule, applied }),
    stream: true,
  };
  if (quirks.streamUsage && !applied.has('without-usage'))
    body['stream_options'] = { include_usage: true };
  if (quirks.cacheKey && request.cacheKey !== undefined)
    body['prompt_cache_key'] = request.cacheKey.slice(0, 64);
  return { body, names, knownCallIds: callIdsOf(request.messages) };
}

interface Choices {
  readonly quirks: OpenaiQuirks;
  readonly rule: OpenaiModelRule;
  readonly applied: ReadonlySet<OpenaiRemedy>;
}

function encodeTools(request: ModelRequest, names: WireNames): Record<string, Json> {
  if (request.tools.length === 0) return {};
  const tools = request.tools
    .map((tool) => encodeTool(tool, names))
    .toSorted((left, right) => (left.function.name < right.function.name ? -1 : 1));
  const choice = request.parameters?.toolChoice;
  if (choice === undefined) return { tools };
  const tool_choice: Json =
    typeof choice === 'string'
      ? choice
      : { type: 'function', function: { name: names.toWire(choice.name) } };
  return { tools, tool_choice };
}

type EncodedTool = { type: 'function'; function: { name: string } & Record<string, Json> };

function encodeTool({ name, description, parameters }: ToolSpec, names: WireNames): EncodedTool {
  return {
    type: 'function',
    function: { name: names.toWire(name), description, parameters: encodeSchema(parameters) },
  };
}

function encodeThinking(
  level: ThinkingLevel | undefined,
  { quirks, rule, applied }: Choices,
): Record<string, Json> {
  // What this service wants to read of earlier thinking, another model's answer does not have.
  if (applied.has('thinking-off')) return { thinking: { type: 'disabled' } };
  if (level === undefined || applied.has('without-thinking')) return {};
  const known = rule.efforts[level];
  const effort = known !== undefined && applied.has('other-effort') ? nearestEffort(known) : known;
  switch (quirks.thinking) {
    case 'reasoning_effort':
      return effort === undefined ? {} : { reasoning_effort: effort };
    case 'reasoning':
      // https://openrouter.ai/docs/use-cases/reasoning-tokens
      return level === 'off'
        ? { reasoning: { enabled: false } }
        : { reasoning: { effort: effort ?? 'medium' } };
    case 'enable_thinking':
      return { enable_thinking: level !== 'off' };
    case 'thinking':
      return encodeDeepseek(level, applied);
    case 'none':
      return {};
  }
}

/** https://api-docs.deepseek.com/guides/thinking_mode: the service itself takes the lower levels for the nearest that it has. */
function encodeDeepseek(
  level: ThinkingLevel,
  applied: ReadonlySet<OpenaiRemedy>,
): Record<string, Json> {
  if (level === 'off') return { thinking: { type: 'disabled' } };
  const effort = applied.has('other-effort') ? nearestEffort(level) : level;
  return { thinking: { type: 'enabled' }, reasoning_effort: effort };
}

function encodeParameters(
  { parameters }: ModelRequest,
  { quirks, rule, applied }: Choices,
): Record<string, Json> {
  if (!parameters) return {};
  const { temperature, topP, maxOutputTokens, stop, seed, responseFormat } = parameters;
  const encoded: Record<string, Json> = {};
  if (rule.sampling === 'taken' && !applied.has('without-sampling')) {
    if (temperature !== undefined) encoded['temperature'] = temperature;
    if (topP !== undefined) encoded['top_p'] = topP;
    // "Array too long. Expected an array with maximum length 4"
    if (stop !== undefined && stop.length > 0) encoded['stop'] = stop.slice(0, 4);
    if (seed !== undefined) encoded['seed'] = seed;
  }
  if (maxOutputTokens !== undefined)
    encoded[maxTokensField(quirks, rule, applied)] = maxOutputTokens;
  if (responseFormat !== undefined) encoded['response_format'] = responseFormat;
  return encoded;
}

function maxTokensField(
  quirks: OpenaiQuirks,
  rule: OpenaiModelRule,
  applied: ReadonlySet<OpenaiRemedy>,
): string {
  const usual = rule.sampling === 'refused' ? 'max_completion_tokens' : quirks.maxTokensField;
  if (!applied.has('other-max-tokens')) return usual;
  return usual === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
}
