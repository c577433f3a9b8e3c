import type { Json } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { formerTools } from '../transcript/former-tools.ts';
import { callIdsOf, namesOf } from '../transcript/names-of.ts';
import { prepareTranscript } from '../transcript/prepare-transcript.ts';
import { anthropicIdRule } from '../transcript/wire-ids.ts';
import { commonNameRule, createWireNames, type WireNames } from '../transcript/wire-names.ts';
import { type AnthropicChoices, type AnthropicEncoding, cacheMark } from './choices.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeThinking } from './encode-thinking.ts';
import { anthropicModelRule } from './model-rules.ts';
import type { AnthropicRemedy } from './remedies.ts';

export const anthropicDialect = 'anthropic';

/** A request of theirs, and what is needed to read the answer to it. */
export interface EncodedAnthropic {
  readonly body: Readonly<Record<string, Json>>;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
  /** Newer versions of the interface refuse sampling parameters. */
  readonly sampling: 'said' | 'unsaid';
}

/**
 * https://platform.claude.com/docs/en/api/messages/create. Pure; one request has one encoding.
 * Tools are sorted by name, keys are in a fixed order, and what is not said is left out.
 */
export function encodeAnthropic(
  request: ModelRequest,
  options: AnthropicEncoding,
  applied: ReadonlySet<AnthropicRemedy>,
): EncodedAnthropic {
  const names = createWireNames(namesOf(request), commonNameRule);
  const turns = prepareTranscript(request.messages, {
    // A model reads its own thinking only; other blocks belong to the service.
    keeps: ({ dialect, model }, kind) =>
      dialect === anthropicDialect &&
      (kind === 'opaque' || (model === request.model && !applied.has('without-old-thinking'))),
    ids: anthropicIdRule,
    laterSystem: 'first',
  });
  const rule = anthropicModelRule(request.model);
  const choices: AnthropicChoices = { request, rule, applied, options, names, turns };
  const sampling = encodeSampling(choices);
  const body = {
    model: request.model,
    ...encodeThinking(choices),
    ...encodeSystem(choices),
    ...encodeTools(choices),
    messages: encodeMessages(choices),
    ...sampling,
    ...encodeStop(choices),
    stream: true,
  };
  return {
    body,
    names,
    knownCallIds: callIdsOf(request.messages),
    sampling: Object.keys(sampling).length > 0 ? 'said' : 'unsaid',
  };
}

function encodeSystem(choices: AnthropicChoices): Record<string, Json> {
  const { request, turns } = choices;
  const texts = [
    request.system ?? '',
    ...turns.map((turn) => (turn.role === 'system' ? turn.text : '')),
  ];
  const blocks = texts
    .filter((text) => text.trim() !== '')
    .map((text): Record<string, Json> => ({ type: 'text', text }));
  const last = blocks.at(-1);
  if (!last) return {};
  return { system: [...blocks.slice(0, -1), { ...last, ...cacheMark(choices) }] };
}

function encodeTools(choices: AnthropicChoices): Record<string, Json> {
  const { request, names } = choices;
  const offered = request.tools.length > 0;
  const specs = offered ? request.tools : formerTools(choices.turns);
  if (specs.length === 0) return {};
  const tools = specs
    .map(({ name, description, parameters }) => ({
      name: names.toWire(name),
      ...(description.trim() !== '' && { description }),
      // "tools.0.custom.input_schema.type: Field required"
      input_schema: { type: 'object', ...parameters },
    }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((tool, index, all) =>
      index === all.length - 1 ? { ...tool, ...cacheMark(choices) } : tool,
    );
  return { tools, ...(offered ? encodeToolChoice(choices) : { tool_choice: { type: 'none' } }) };
}

function encodeToolChoice({
  request,
  names,
  rule,
  applied,
}: AnthropicChoices): Record<string, Json> {
  const choice = request.parameters?.toolChoice;
  if (choice === undefined || choice === 'auto') return {};
  if (choice === 'none') return { tool_choice: { type: 'none' } };
  if (rule.forcedTool === 'refused' || applied.has('without-forced-tool')) return {};
  const tool_choice =
    choice === 'required' ? { type: 'any' } : { type: 'tool', name: names.toWire(choice.name) };
  return { tool_choice };
}

/** "`temperature` and `top_p` cannot both be specified for this model." */
function encodeSampling(choices: AnthropicChoices): Record<string, Json> {
  const { temperature, topP } = choices.request.parameters ?? {};
  if (!maySample(choices)) return {};
  // OpenAI's scale ends at 2, theirs at 1.
  if (temperature !== undefined) return { temperature: Math.min(Math.max(temperature, 0), 1) };
  return topP === undefined ? {} : { top_p: topP };
}

/** "temperature may only be set to 1 when thinking is enabled", and newer versions know no sampling parameters. */
function maySample({ request, rule, applied, options }: AnthropicChoices): boolean {
  const thinks = request.thinking !== undefined && request.thinking !== 'off';
  const newest = options.apiVersion !== undefined && options.apiVersion >= '2026-10-21';
  return rule.sampling === 'taken' && !applied.has('without-sampling') && !thinks && !newest;
}

/** "stop_sequences: each stop sequence must contain non-whitespace" */
function encodeStop({ request }: AnthropicChoices): Record<string, Json> {
  const stop = (request.parameters?.stop ?? []).filter((text) => text.trim() !== '');
  return stop.length === 0 ? {} : { stop_sequences: stop };
}
