import type { AssistantMessage, Json, Message, ToolMessage, UserPart } from '@cuttle/core-types';
import { callsOf } from '@cuttle/core-types';
import type { ModelProvider, ModelRequest, ToolSpec } from '@cuttle/core-types/ports';
import type { ModelCall, ModelServer, Turn } from '@cuttle/testkit';
import { text, thinking, toolCall } from '@cuttle/testkit';
import type { Journey, PlannedCall, Stop } from './any-journey.ts';
import { collectAnswer, toAssistantMessage } from './collect-answer.ts';
import type { SpokenDialect } from './dialects.ts';

/** A dialect with its server open. */
export interface Station extends AsyncDisposable {
  readonly dialect: SpokenDialect;
  readonly server: ModelServer;
  readonly provider: ModelProvider;
  /** What the server says next. */
  answer: (call: ModelCall) => Turn;
}

/** What a service was asked in one stop, and what came of it. */
export interface Visit {
  readonly station: Station;
  readonly request: ModelRequest;
  /** As the server read it; undefined where it was refused. */
  readonly call: ModelCall | undefined;
  readonly error: unknown;
  readonly refusals: readonly string[];
}

const never = new AbortController().signal;

/** Opens the server of a dialect; what it says is told before each request. */
export async function openStation(dialect: SpokenDialect): Promise<Station> {
  const said: { answer: Station['answer'] } = { answer: () => [text('ok')] };
  const server = await dialect.serve((call) => said.answer(call));
  const provider = dialect.connect(server);
  return {
    dialect,
    server,
    provider,
    get answer() {
      return said.answer;
    },
    set answer(answer) {
      said.answer = answer;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Plays a conversation from station to station. Everything that is said carries a mark of its own, so that it is found again. */
export async function walkJourney(
  journey: Journey,
  route: readonly Station[],
): Promise<readonly Visit[]> {
  const visits: Visit[] = [];
  const messages: Message[] = [];
  const mark = createMarks();
  const tools = offered(journey);
  for (const [at, stop] of journey.entries()) {
    const station = route[at];
    if (!station) break;
    if (stop.user.length > 0)
      messages.push({ role: 'user', parts: stop.user.map((part) => marked(part, mark)) });
    const [first, ...others] = station.dialect.models;
    const model = [first, ...others][stop.model % (others.length + 1)] ?? first;
    const request: ModelRequest = {
      model,
      system: 'Be brief.',
      messages: [...messages],
      tools,
      thinking: stop.thinking,
    };
    const { visit, message } = await ask(station, { request, stop, mark });
    visits.push(visit);
    if (message.parts.length > 0 || message.partial) messages.push(message);
    const results = resultsOf(message, { stop, mark });
    if (results.parts.length > 0) messages.push(results);
  }
  return visits;
}

type Mark = (words: string) => string;

/** What is empty stays empty. */
function createMarks(): Mark {
  let count = 0;
  return (words) => {
    if (words.trim() === '') return words;
    count += 1;
    return `${words} «${count}»`;
  };
}

function marked(part: UserPart, mark: Mark): UserPart {
  return part.type === 'text' ? { ...part, text: mark(part.text) } : part;
}

/** The tools that anybody calls; the description says which is which, whatever name goes over the wire. */
function offered(journey: Journey): readonly ToolSpec[] {
  const names = new Set(journey.flatMap(({ calls }) => calls.map(({ name }) => name)));
  return [...names].map((name) => ({
    name,
    description: `Does ${name}.`,
    parameters: { type: 'object', properties: { a: { type: 'string' } } },
  }));
}

/** The name that a tool has in this request of the service. */
export function wireNameOf({ tools }: ModelCall, name: string): string | undefined {
  return tools.find(({ description }) => description === `Does ${name}.`)?.name;
}

async function ask(
  station: Station,
  { request, stop, mark }: { request: ModelRequest; stop: Stop; mark: Mark },
): Promise<{ visit: Visit; message: AssistantMessage }> {
  const { server, provider, dialect } = station;
  const before = { calls: server.calls.length, refusals: server.rejections.length };
  station.answer = (call) => [
    ...(stop.thought === undefined ? [] : [thinking(mark(stop.thought))]),
    ...stop.text.map((words) => text(mark(words))),
    ...stop.calls.map(({ name, input, callId }) =>
      toolCall(wireNameOf(call, name) ?? name, markedInput(input, mark), {
        ...(callId !== undefined && callId !== '' && { callId }),
      }),
    ),
  ];
  const { events, error } = await collectAnswer(provider.stream(request, never));
  const arrived = Math.ceil((events.length * stop.arrived) / 100);
  const origin = { dialect: dialect.id, provider: provider.id, model: request.model };
  const message = toAssistantMessage(events.slice(0, arrived), origin);
  const visit: Visit = {
    station,
    request,
    error,
    call: server.calls.slice(before.calls).at(-1),
    refusals: server.rejections.slice(before.refusals).map((refusal) => refusal.message),
  };
  const isWhole = arrived === events.length;
  return { visit, message: isWhole ? message : { ...message, partial: true } };
}

function markedInput(input: PlannedCall['input'], mark: Mark): Readonly<Record<string, Json>> {
  return { ...input, mark: mark('input') };
}

function resultsOf(
  message: AssistantMessage,
  { stop, mark }: { stop: Stop; mark: Mark },
): ToolMessage {
  const parts = callsOf(message).flatMap(({ callId, name }, at) => {
    const result = stop.calls[at]?.result;
    if (!result) return [];
    const { ok, text: words, picture } = result;
    const content = [{ type: 'text' as const, text: mark(words) }, ...(picture ? [picture] : [])];
    return [{ type: 'tool-result' as const, callId, name, ok, content }];
  });
  return { role: 'tool', parts };
}
