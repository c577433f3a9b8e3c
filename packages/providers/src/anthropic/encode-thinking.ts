import type { Json } from '@cuttle/core-types';
import type { AnthropicChoices } from './choices.ts';
import { efforts, thinkingBudgets } from './model-rules.ts';

/** Room for the answer beside the thinking. */
const answerRoom = 4096;
/** An answer that long is rarely meant, and a larger limit reserves more of the rate. */
const usualMaxTokens = 32_000;

/** `max_tokens`, `thinking` and `output_config`, which depend on each other. */
export function encodeThinking(choices: AnthropicChoices): Record<string, Json> {
  const { request, rule, options, applied } = choices;
  const most = applied.has('with-fewer-tokens') ? 4096 : rule.maxOutputTokens;
  const wanted =
    request.parameters?.maxOutputTokens ??
    options.maxOutputTokens ??
    rule.usualMaxTokens ??
    usualMaxTokens;
  const max_tokens = Math.min(wanted, most);
  const config = { ...encodeFormat(choices), ...encodeEffort(choices) };
  return {
    ...(encodeBudget(choices, { wanted: max_tokens, most }) ?? { max_tokens }),
    ...encodeMode(choices),
    ...(Object.keys(config).length > 0 && { output_config: config }),
  };
}

/** A budget counts toward `max_tokens`, so the limit of a wanted answer grows by it as far as the model allows. */
function encodeBudget(
  choices: AnthropicChoices,
  { wanted, most }: { readonly wanted: number; readonly most: number },
): Record<string, Json> | undefined {
  const level = choices.request.thinking;
  if (choices.rule.thinking !== 'budget' || level === undefined || level === 'off')
    return undefined;
  if (choices.applied.has('without-thinking') || !mayThink(choices)) return undefined;
  const max_tokens = Math.min(most, Math.max(wanted, thinkingBudgets[level] + answerRoom));
  const budget_tokens = Math.min(thinkingBudgets[level], max_tokens - 1024);
  if (budget_tokens < 1024) return undefined;
  return { max_tokens, thinking: { type: 'enabled', budget_tokens } };
}

/**
 * "Thinking may not be enabled when tool_choice forces tool use." "Expected `thinking` or `redacted_thinking`, but
 * found `tool_use`": with a budget, what the model says since the user's last words, a loop of calls and results,
 * must begin with its thinking, which the answer of another model does not have.
 */
export function mayThink({ request, turns }: Pick<AnthropicChoices, 'request' | 'turns'>): boolean {
  const choice = request.parameters?.toolChoice;
  if (choice === 'required' || typeof choice === 'object') return false;
  const asked = turns.findLastIndex((turn) => turn.role === 'user');
  const answer = turns.find((turn, at) => at > asked && turn.role === 'assistant');
  if (answer?.role !== 'assistant') return true;
  const [first] = answer.parts;
  return first?.type === 'thinking' && (first.signature ?? first.redacted) !== undefined;
}

function encodeMode({ request, rule, applied }: AnthropicChoices): Record<string, Json> {
  const level = request.thinking;
  if (rule.thinking !== 'adaptive' || level === undefined || applied.has('without-thinking'))
    return {};
  // The text of its thinking is left out unless asked for.
  if (level !== 'off') return { thinking: { type: 'adaptive', display: 'summarized' } };
  return rule.off === 'disabled' || rule.off === 'between_tools'
    ? { thinking: { type: rule.off } }
    : {};
}

function encodeEffort({ request, rule, applied }: AnthropicChoices): Record<string, Json> {
  const level = request.thinking;
  if (rule.thinking !== 'adaptive' || level === undefined || applied.has('without-thinking'))
    return {};
  if (level === 'max' && applied.has('lower-effort')) return { effort: efforts.high };
  if (level !== 'off') return { effort: efforts[level] };
  return rule.off === 'effort' ? { effort: 'low' } : {};
}

/** OpenAI's `response_format` → https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
function encodeFormat({ request, applied }: AnthropicChoices): Record<string, Json> {
  const format = request.parameters?.responseFormat;
  if (applied.has('without-format') || !isRecord(format) || format['type'] !== 'json_schema')
    return {};
  const inner = format['json_schema'];
  const schema = isRecord(inner) ? inner['schema'] : format['schema'];
  return schema === undefined ? {} : { format: { type: 'json_schema', schema } };
}

function isRecord(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
