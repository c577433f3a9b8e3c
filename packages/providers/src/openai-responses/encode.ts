import type { Json } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';
import { openaiModelRule } from '../openai/model-rules.ts';
import { callIdsOf, namesOf } from '../transcript/names-of.ts';
import { prepareTranscript } from '../transcript/prepare-transcript.ts';
import { responsesIdRule } from '../transcript/wire-ids.ts';
import { commonNameRule, createWireNames, type WireNames } from '../transcript/wire-names.ts';
import type { ResponsesChoices } from './choices.ts';
import { encodeInput, withoutBrokenOff } from './encode-input.ts';
import { encodeParameters } from './encode-parameters.ts';
import type { ResponsesRemedy } from './remedies.ts';

export const responsesDialect = 'openai-responses';

/** A request of theirs, and what is needed to read the answer to it. */
export interface EncodedResponses {
  readonly body: Readonly<Record<string, Json>>;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

/**
 * https://platform.openai.com/docs/api-reference/responses/create. Pure; one request has one encoding. Nothing is stored there:
 * reasoning comes encrypted and goes back, to the same provider and model only, since nobody else can read it.
 */
export function encodeResponses(
  request: ModelRequest,
  provider: string,
  applied: ReadonlySet<ResponsesRemedy>,
): EncodedResponses {
  // Names that were replaced because the service does not take them differ from each other and from all others.
  const names = createWireNames(namesOf(request), commonNameRule);
  const turns = prepareTranscript(request.messages, {
    keeps: (origin, kind) =>
      kind === 'opaque' &&
      origin.dialect === responsesDialect &&
      origin.provider === provider &&
      origin.model === request.model &&
      !applied.has('without-own-items'),
    ids: responsesIdRule,
    laterSystem: 'in-place',
    trim: withoutBrokenOff,
  });
  const rule = openaiModelRule(request.model);
  const choices: ResponsesChoices = { request, rule, applied, names, turns };
  const system = encodeSystem(choices);
  const body = {
    model: request.model,
    ...system.fields,
    input: [...system.items, ...encodeInput(choices)],
    ...encodeParameters(choices),
    store: false,
    stream: true,
  };
  return { body, names, knownCallIds: callIdsOf(request.messages) };
}

/** Said to a service that must be told something and was told nothing. */
const usualInstructions = 'Answer the user.';

function encodeSystem({ request, applied }: ResponsesChoices): {
  readonly fields: Record<string, Json>;
  readonly items: readonly Json[];
} {
  const said = request.system ?? '';
  const system = said.trim() === '' && applied.has('with-instructions') ? usualInstructions : said;
  if (system.trim() === '') return { fields: {}, items: [] };
  return applied.has('without-instructions')
    ? { fields: {}, items: [{ type: 'message', role: 'system', content: system }] }
    : { fields: { instructions: system }, items: [] };
}
