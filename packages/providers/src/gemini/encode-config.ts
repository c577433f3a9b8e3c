import type { Json } from '@cuttle/core-types';
import type { GeminiChoices } from './choices.ts';
import { isRecord } from './kept-parts.ts';
import { type GeminiThinking, thinkingBudgets } from './model-rules.ts';

/** https://ai.google.dev/api/generate-content#GenerationConfig */
export function encodeConfig(choices: GeminiChoices): Record<string, Json> {
  const { temperature, topP, stop, seed } = choices.request.parameters ?? {};
  // "at most 5": https://ai.google.dev/api/generate-content#GenerationConfig
  const stopSequences = (stop ?? []).filter((text) => text !== '').slice(0, 5);
  const generationConfig = {
    // OpenAI's scale, and theirs.
    ...(temperature !== undefined && { temperature: Math.min(Math.max(temperature, 0), 2) }),
    ...(topP !== undefined && { topP: Math.min(Math.max(topP, 0), 1) }),
    ...(stopSequences.length > 0 && { stopSequences }),
    // 32 bits: "Invalid value at 'generation_config.seed' (TYPE_INT32)"
    ...(seed !== undefined && { seed: seed % 2 ** 31 }),
    ...encodeThinking(choices),
    ...encodeFormat(choices),
  };
  return Object.keys(generationConfig).length > 0 ? { generationConfig } : {};
}

/** `maxOutputTokens` and `thinkingConfig`: what is thought counts toward the limit of what is said. */
function encodeThinking(choices: GeminiChoices): Record<string, Json> {
  const { request, rule, applied } = choices;
  const wanted = request.parameters?.maxOutputTokens;
  const limit = wanted === undefined ? {} : { maxOutputTokens: wanted };
  const level = request.thinking;
  const { thinking } = rule;
  if (level === undefined || thinking.kind === 'none' || applied.has('without-thinking'))
    return limit;
  const includeThoughts = level !== 'off';
  if (thinking.kind === 'level') {
    const thinkingLevel = applied.has('with-usual-thinking') ? 'LOW' : thinking.levels[level];
    return { ...limit, thinkingConfig: { includeThoughts, thinkingLevel } };
  }
  if (applied.has('with-usual-thinking')) return { ...limit, thinkingConfig: { includeThoughts } };
  const thinkingBudget = budgetOf(level, thinking);
  const room =
    wanted === undefined ? {} : { maxOutputTokens: Math.min(most, wanted + thinkingBudget) };
  return { ...room, thinkingConfig: { includeThoughts, thinkingBudget } };
}

/** The longest answer of every model that takes a budget. https://ai.google.dev/gemini-api/docs/models */
const most = 65_536;

function budgetOf(
  level: NonNullable<GeminiChoices['request']['thinking']>,
  { least, most: highest, off }: Extract<GeminiThinking, { kind: 'budget' }>,
): number {
  return level === 'off' ? off : Math.min(Math.max(thinkingBudgets[level], least), highest);
}

/** https://ai.google.dev/gemini-api/docs/structured-output, from the form that OpenAI gave it. */
function encodeFormat({ request, applied }: GeminiChoices): Record<string, Json> {
  const format = request.parameters?.responseFormat;
  if (applied.has('without-format') || !isRecord(format)) return {};
  const responseMimeType = 'application/json';
  if (format['type'] === 'json_object') return { responseMimeType };
  if (format['type'] !== 'json_schema') return {};
  const inner = format['json_schema'];
  const schema = isRecord(inner) ? inner['schema'] : format['schema'];
  return schema === undefined ? {} : { responseMimeType, responseJsonSchema: schema };
}
