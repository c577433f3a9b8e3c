import {
  addUsage,
  type AssistantPart,
  type Json,
  type Message,
  type ToolCallPart,
  type Usage,
} from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type {
  FinishReason,
  ModelEvent,
  ModelProvider,
  ModelRequest,
} from '@cuttle/core-types/ports';
import type { z } from 'zod';
import { stableJson } from '../transcript/stable-json.ts';
import { type ObjectPlan, planObject } from './object-schema.ts';
import { type ReadObject, readObject } from './read-object.ts';

export interface ObjectRequest<Schema extends z.ZodType> extends Omit<ModelRequest, 'tools'> {
  /** What is asked for; its descriptions are told to the model. */
  readonly schema: Schema;
  /** What it is, in a word of letters, digits and underscores. Default `answer`. */
  readonly name?: string;
}

export interface GeneratedObject<Value> {
  readonly value: Value;
  /** Of both calls, where one was repaired. */
  readonly usage: Usage;
  readonly repaired: boolean;
}

/**
 * Asks a model for a value of a schema: by the native mode of its dialect, or by a tool that it has to call. What comes is
 * held to the schema; where it does not fit, or was cut off at its limit, the model is told so and asked once more.
 * Throws `provider.malformed` where that does not fit either, `provider.filtered` where the model refused or a filter left
 * nothing that fits, and all that the provider throws.
 */
export async function generateObject<Schema extends z.ZodType>(
  request: ObjectRequest<Schema>,
  provider: ModelProvider,
  signal: AbortSignal,
): Promise<GeneratedObject<z.output<Schema>>> {
  const { schema } = request;
  const plan = planObject(schema, provider.dialect);
  const wanted = toModelRequest(request, plan);
  const first = await ask(provider, wanted, signal);
  const read = judge(first, schema, plan);
  if (read.ok) return { value: read.value, usage: first.usage, repaired: false };
  const messages = [...wanted.messages, ...complaint(first, read.problem)];
  const second = await ask(provider, { ...wanted, messages }, signal);
  const again = judge(second, schema, plan);
  if (again.ok)
    return { value: again.value, usage: addUsage(first.usage, second.usage), repaired: true };
  throw new CuttleError(
    'provider.malformed',
    `The answer does not fit the schema, asked twice: ${again.problem}`,
    second.reason === 'length' ? { hint: 'Raise maxOutputTokens of the request.' } : {},
  );
}

/** Throws `provider.filtered` for a refusal: who will not answer will not answer better. */
function judge<Schema extends z.ZodType>(
  { answer, parts, reason }: Answer,
  schema: Schema,
  plan: ObjectPlan,
): ReadObject<z.output<Schema>> {
  const read = readObject(answer, schema, plan);
  if (read.ok) return read;
  if (reason === 'filtered') {
    const words = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const said = words.trim() === '' ? ' before its first word.' : `: ${words.slice(0, maxShown)}`;
    throw new CuttleError('provider.filtered', `The answer was refused or filtered${said}`);
  }
  if (reason !== 'length') return read;
  return {
    ok: false,
    problem: `It was cut off at the limit of its length; say it shorter. ${read.problem}`,
  };
}

/** Longer words help nobody. */
const maxShown = 400;

function toModelRequest(
  { schema: _schema, name = 'answer', ...request }: ObjectRequest<z.ZodType>,
  plan: ObjectPlan,
): ModelRequest {
  const { way, schema, meant, strict } = plan;
  const { parameters, system } = request;
  if (way === 'tool') {
    const tool = { name, description: 'Call this with your answer.', parameters: schema };
    return { ...request, tools: [tool], parameters: { ...parameters, toolChoice: { name } } };
  }
  // A model whose service takes no format reads it here; OpenAI wants the word, and Ollama shows no schema to the model.
  const told = `Answer with one JSON value of this JSON Schema and nothing else:\n${stableJson(meant)}`;
  const responseFormat = {
    type: 'json_schema',
    json_schema: { name, schema: { ...schema }, strict },
  };
  return {
    ...request,
    system: system === undefined || system.trim() === '' ? told : `${system}\n\n${told}`,
    tools: [],
    parameters: { ...parameters, responseFormat },
  };
}

interface Answer {
  /** The text, or the input of the call. */
  readonly answer: Json;
  readonly parts: readonly AssistantPart[];
  readonly usage: Usage;
  readonly reason: FinishReason;
}

async function ask(
  provider: ModelProvider,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const { text, call, end } = await collect(provider.stream(request, signal));
  if (!end) throw new CuttleError('provider.malformed', 'The answer stopped without an end.');
  const said = text.trim() === '' ? [] : [{ type: 'text' as const, text }];
  const parts = call ? [...said, call] : said;
  return { answer: call ? call.input : text, parts, usage: end.usage, reason: end.reason };
}

interface Collected {
  readonly text: string;
  /** The first, if there are several. */
  readonly call: ToolCallPart | undefined;
  readonly end: Extract<ModelEvent, { type: 'finish' }> | undefined;
}

async function collect(events: AsyncIterable<ModelEvent>): Promise<Collected> {
  let text = '';
  let call: ToolCallPart | undefined;
  let end: Collected['end'];
  for await (const event of events) {
    if (event.type === 'text.delta') text += event.text;
    if (event.type === 'tool.call') call ??= toCallPart(event);
    if (event.type === 'finish') end = event;
  }
  return { text, call, end };
}

function toCallPart({
  callId,
  name,
  input,
  opaque,
}: Extract<ModelEvent, { type: 'tool.call' }>): ToolCallPart {
  return { type: 'tool-call', callId, name, input, ...(opaque !== undefined && { opaque }) };
}

/** What the model said, and what is wrong with it. */
function complaint({ parts }: Answer, problem: string): readonly Message[] {
  const text = `That does not fit the schema:\n${problem}\nAnswer again, whole and corrected.`;
  const call = parts.find((part) => part.type === 'tool-call');
  const said: Message = { role: 'assistant', parts: [...parts] };
  if (!call) return [said, { role: 'user', parts: [{ type: 'text', text }] }];
  const { callId, name } = call;
  const content = [{ type: 'text' as const, text }];
  return [
    said,
    { role: 'tool', parts: [{ type: 'tool-result', callId, name, ok: false, content }] },
  ];
}
