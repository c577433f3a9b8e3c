import type { Json } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { callIdsOf, namesOf } from '../transcript/names-of.ts';
import { prepareTranscript } from '../transcript/prepare-transcript.ts';
import { createWireNames, type NameRule, type WireNames } from '../transcript/wire-names.ts';
import type { GeminiChoices } from './choices.ts';
import { encodeConfig } from './encode-config.ts';
import { encodeContents } from './encode-contents.ts';
import { geminiModelRule } from './model-rules.ts';
import type { GeminiOptions } from './options.ts';
import type { GeminiRemedy } from './remedies.ts';

export const geminiDialect = 'gemini';

/** A request of theirs, and what is needed to read the answer to it. */
export interface EncodedGemini {
  readonly body: Readonly<Record<string, Json>>;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

/**
 * "Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_),
 * dots (.) or dashes (-), with a maximum length of 64."
 */
const nameRule: NameRule = { allowed: /^[A-Za-z_][\w.-]*$/, maxLength: 64 };

/** They stay with us: the service's own ids go back with the calls that they came with. */
const anyId = { allowed: /^[^]+$/, maxLength: Infinity };

/**
 * https://ai.google.dev/api/generate-content#request-body. Pure; one request has one encoding.
 * Tools are sorted by name, keys are in a fixed order, and what is not said is left out.
 */
export function encodeGemini(
  request: ModelRequest,
  options: Pick<GeminiOptions, 'safetySettings'>,
  applied: ReadonlySet<GeminiRemedy>,
): EncodedGemini {
  const names = createWireNames(namesOf(request), nameRule);
  const turns = prepareTranscript(request.messages, {
    // A signature is known to the model that gave it.
    keeps: ({ dialect, model }) => dialect === geminiDialect && model === request.model,
    ids: anyId,
    laterSystem: 'first',
  });
  const rule = geminiModelRule(request.model);
  const choices: GeminiChoices = { request, rule, applied, names, turns };
  const system = systemText(choices);
  const inContents = rule.system === 'refused' || applied.has('without-system');
  const { safetySettings } = options;
  const body = {
    ...(system !== '' && !inContents && { systemInstruction: { parts: [{ text: system }] } }),
    ...encodeTools(choices),
    ...encodeConfig(choices),
    ...(safetySettings.length > 0 && { safetySettings }),
    contents: encodeContents(choices, inContents ? system : ''),
  };
  return { body, names, knownCallIds: callIdsOf(request.messages) };
}

function systemText({ request, turns }: GeminiChoices): string {
  return [request.system ?? '', ...turns.map((turn) => (turn.role === 'system' ? turn.text : ''))]
    .filter((text) => text.trim() !== '')
    .join('\n\n');
}

/** https://ai.google.dev/api/caching#FunctionDeclaration */
function encodeTools({ request, names }: GeminiChoices): Record<string, Json> {
  if (request.tools.length === 0) return {};
  const functionDeclarations = request.tools
    .map(({ name, description, parameters }) => ({
      name: names.toWire(name),
      description,
      parametersJsonSchema: { type: 'object', ...parameters },
    }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return { tools: [{ functionDeclarations }], ...encodeToolChoice(request, names) };
}

/** https://ai.google.dev/api/caching#FunctionCallingConfig */
function encodeToolChoice({ parameters }: ModelRequest, names: WireNames): Record<string, Json> {
  const choice = parameters?.toolChoice;
  if (choice === undefined || choice === 'auto') return {};
  if (choice === 'none') return { toolConfig: { functionCallingConfig: { mode: 'NONE' } } };
  const allowed =
    choice === 'required' ? {} : { allowedFunctionNames: [names.toWire(choice.name)] };
  return { toolConfig: { functionCallingConfig: { mode: 'ANY', ...allowed } } };
}
