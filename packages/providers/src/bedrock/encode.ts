import type { Json } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { formerTools } from '../transcript/former-tools.ts';
import { callIdsOf, namesOf } from '../transcript/names-of.ts';
import { prepareTranscript } from '../transcript/prepare-transcript.ts';
import { stableJson } from '../transcript/stable-json.ts';
import { commonNameRule, createWireNames, type WireNames } from '../transcript/wire-names.ts';
import { type BedrockChoices, type BedrockEncoding, cachePoint } from './choices.ts';
import { encodeMessages } from './encode-messages.ts';
import { type EncodedThinking, encodeThinking } from './encode-thinking.ts';
import { bedrockModelRule } from './model-rules.ts';
import type { BedrockRemedy } from './remedies.ts';

export const bedrockDialect = 'bedrock';

/** A request of theirs, and what is needed to read the answer to it. */
export interface EncodedBedrock {
  readonly body: Readonly<Record<string, Json>>;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
  readonly delivery: 'stream' | 'whole';
}

/**
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html. Pure; one request has one
 * encoding. Tools are sorted by name, keys are in a fixed order, what repeats comes first, and what is not said is left
 * out. The model stands in the path.
 */
export function encodeBedrock(
  request: ModelRequest,
  options: BedrockEncoding,
  applied: ReadonlySet<BedrockRemedy>,
): EncodedBedrock {
  const names = createWireNames(namesOf(request), commonNameRule);
  const rule = bedrockModelRule(request.model);
  const turns = prepareTranscript(request.messages, {
    // A model reads its own thinking only; other blocks belong to the service.
    keeps: ({ dialect, model }, kind) =>
      dialect === bedrockDialect &&
      (kind === 'opaque' || (model === request.model && !applied.has('without-old-thinking'))),
    ids: rule.ids,
    laterSystem: 'first',
  });
  const unspoken: BedrockChoices = { request, rule, applied, options, names, turns };
  const choices = applied.has('without-system') ? withSystemSaid(unspoken) : unspoken;
  const thinking = encodeThinking(choices);
  const body = {
    ...encodeSystem(choices),
    ...encodeTools(choices),
    ...encodeInference(choices, thinking),
    ...encodeOutput(choices, thinking),
    ...encodeFields(choices, thinking),
    messages: encodeMessages(choices),
  };
  return {
    body,
    names,
    knownCallIds: callIdsOf(request.messages),
    delivery: applied.has('unstreamed') ? 'whole' : 'stream',
  };
}

function systemTexts({ request, turns }: BedrockChoices): readonly string[] {
  const later = turns.map((turn) => (turn.role === 'system' ? turn.text : ''));
  return [request.system ?? '', ...later].filter((text) => text.trim() !== '');
}

/** For a model that knows no system prompt, the user says it. */
function withSystemSaid(choices: BedrockChoices): BedrockChoices {
  const { system: _system, ...request } = choices.request;
  const text = systemTexts(choices).join('\n\n');
  const turns = choices.turns.filter(({ role }) => role !== 'system');
  const [first, ...rest] = turns;
  if (text === '' || first?.role !== 'user') return { ...choices, request, turns };
  const parts = [{ type: 'text' as const, text }, ...first.parts];
  return { ...choices, request, turns: [{ role: 'user', parts }, ...rest] };
}

function encodeSystem(choices: BedrockChoices): Record<string, Json> {
  const texts = systemTexts(choices);
  if (texts.length === 0) return {};
  return { system: [...texts.map((text) => ({ text })), ...cachePoint('system', choices)] };
}

/** "The toolConfig field must be defined when using toolUse and toolResult content blocks." */
function encodeTools(choices: BedrockChoices): Record<string, Json> {
  const { request, names } = choices;
  // There is no way to say that no tool may be called, but not to offer any.
  const offered = request.tools.length > 0 && request.parameters?.toolChoice !== 'none';
  const specs = offered ? request.tools : formerTools(choices.turns);
  if (specs.length === 0) return {};
  const tools = specs
    .map(({ name, description, parameters }) => ({
      name: names.toWire(name),
      ...(description.trim() !== '' && { description }),
      // "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object."
      inputSchema: { json: { ...parameters, type: 'object' } },
    }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((toolSpec): Json => ({ toolSpec }));
  return {
    toolConfig: {
      tools: [...tools, ...cachePoint('elsewhere', choices)],
      ...(offered && encodeToolChoice(choices)),
    },
  };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html */
function encodeToolChoice({ request, names, applied }: BedrockChoices): Record<string, Json> {
  const choice = request.parameters?.toolChoice;
  if (choice === undefined || choice === 'auto' || choice === 'none') return {};
  if (applied.has('without-forced-tool')) return {};
  const toolChoice =
    choice === 'required' ? { any: {} } : { tool: { name: names.toWire(choice.name) } };
  return { toolChoice };
}

function encodeInference(
  choices: BedrockChoices,
  { maxTokens, sampling }: EncodedThinking,
): Record<string, Json> {
  const config = {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(sampling === 'free' && encodeSampling(choices)),
    ...encodeStop(choices),
  };
  return Object.keys(config).length === 0 ? {} : { inferenceConfig: config };
}

/** "`temperature` and `top_p` cannot both be specified for this model." */
function encodeSampling({ request, rule, applied }: BedrockChoices): Record<string, Json> {
  const { temperature, topP } = request.parameters ?? {};
  if (applied.has('without-sampling')) return {};
  const both = rule.sampling === 'both' || temperature === undefined;
  return {
    // OpenAI's scale ends at 2, theirs at 1.
    ...(temperature !== undefined && { temperature: clamp(temperature) }),
    ...(topP !== undefined && both && { topP: clamp(topP) }),
  };
}

/** "stop_sequences: each stop sequence must contain non-whitespace" */
function encodeStop({ request, applied }: BedrockChoices): Record<string, Json> {
  const stopSequences = (request.parameters?.stop ?? []).filter((text) => text.trim() !== '');
  return stopSequences.length === 0 || applied.has('without-sampling') ? {} : { stopSequences };
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

/** OpenAI's `response_format` → https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_OutputConfig.html */
function encodeOutput(choices: BedrockChoices, { effort }: EncodedThinking): Record<string, Json> {
  const jsonSchema = findFormat(choices);
  const config = {
    ...(jsonSchema && { textFormat: { type: 'json_schema', structure: { jsonSchema } } }),
    ...(effort !== undefined && { effort }),
  };
  return Object.keys(config).length === 0 ? {} : { outputConfig: config };
}

function findFormat({ request, applied }: BedrockChoices): Record<string, Json> | undefined {
  const format = request.parameters?.responseFormat;
  if (applied.has('without-format') || !isRecord(format) || format['type'] !== 'json_schema') {
    return undefined;
  }
  const { json_schema: inner = format } = format;
  if (!isRecord(inner) || inner['schema'] === undefined) return undefined;
  const { name } = inner;
  return { schema: stableJson(inner['schema']), ...(typeof name === 'string' && { name }) };
}

function encodeFields(
  { options }: BedrockChoices,
  { fields }: EncodedThinking,
): Record<string, Json> {
  const all = { ...fields, ...options.requestFields };
  return Object.keys(all).length === 0 ? {} : { additionalModelRequestFields: all };
}

function isRecord(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
