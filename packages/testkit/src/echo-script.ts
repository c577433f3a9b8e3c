import { type Directives, readDirectives } from './echo-directives.ts';
import { cut, failWith, stall } from './http-fault.ts';
import type { CallMessage } from './model-call.ts';
import {
  type Script,
  text,
  thinking,
  toolCall,
  type Turn,
  type TurnPart,
} from './scripted-turns.ts';

export interface EchoDefaults {
  /** Words of an answer that no `[[tokens=]]` asks for; by default it echoes the user's own words. */
  readonly tokens?: number;
  readonly delayMs?: number;
  readonly firstDelayMs?: number;
}

/**
 * A model that does what the last user text says, by the directives of `readDirectives`: the same call
 * always gets the same turn, so that crash tests and benchmarks can foresee every answer.
 *
 * - The last user text is all that the user said since the assistant last answered without calling
 *   tools, because gateways batch messages and add context of their own.
 * - While steps of tools are left, one is taken for each answer of the assistant since then.
 * - Then the answer names each tool result since then once: `Results: add → 3; now → 12:00.`
 * - Without results it is `You said: …`, or as many words as `[[tokens=]]` asks for.
 * - Every `[[id=…]]` comes first, as `(id=…)`.
 *
 * Only `[[fail=503*2]]` looks at more than the call: it counts how often it was asked.
 */
export function echoScript(defaults: EchoDefaults = {}): Script {
  const failures = new Map<string, number>();
  return (call) => {
    const round = toRound(call.messages);
    const directives = readDirectives(round.userText);
    return failing(directives, round, failures) ?? echoTurn(directives, round, defaults);
  };
}

/** What was said since the assistant last answered without calling tools. */
interface Round {
  readonly userText: string;
  /** How often the assistant has called tools. */
  readonly stepsDone: number;
  readonly results: readonly { readonly name: string; readonly text: string }[];
}

function toRound(messages: readonly CallMessage[]): Round {
  const start = messages.findLastIndex(
    ({ role, calls }) => role === 'assistant' && calls.length === 0,
  );
  const since = messages.slice(start + 1);
  const names = new Map(
    since.flatMap(({ calls }) => calls.map((call) => [call.callId, call.name])),
  );
  return {
    userText: since
      .filter(({ role }) => role === 'user')
      .map((message) => message.text)
      .join('\n'),
    stepsDone: since.filter(({ role }) => role === 'assistant').length,
    results: since
      .filter(({ role }) => role === 'tool')
      .map((message) => ({
        name: names.get(message.callId) ?? message.callId,
        text: message.text,
      })),
  };
}

function failing(
  { fail }: Directives,
  { userText }: Round,
  failures: Map<string, number>,
): Turn | undefined {
  if (fail === undefined) return undefined;
  const count = (failures.get(userText) ?? 0) + 1;
  if (count > fail.times) return undefined;
  if (fail.times !== Infinity) failures.set(userText, count);
  return failWith(fail.status);
}

function echoTurn(directives: Directives, round: Round, defaults: EchoDefaults): Turn {
  const thoughts = directives.think === undefined ? [] : [thinking(directives.think)];
  const step = directives.steps[round.stepsDone];
  const parts: readonly TurnPart[] =
    step === undefined
      ? toChunks(answerOf(directives, round, defaults))
      : step.map(({ name, inputText }) => toolCall(name, {}, { inputText }));
  return paced([...thoughts, ...breaking(parts, directives)], directives, defaults);
}

/** The pieces of the answer, each a delta. */
function answerOf(
  directives: Directives,
  { results }: Round,
  defaults: EchoDefaults,
): readonly string[] {
  const ids = [...new Set(directives.ids)].map((id) => `(id=${id}) `);
  const named = results.map(({ name, text: words }) => `${name} → ${shorten(words)}`);
  const report = named.length > 0 ? [`Results: ${named.join('; ')}. `] : [];
  const tokens = directives.tokens ?? defaults.tokens;
  if (directives.say !== undefined) return [...ids, ...report, ...toWords(directives.say)];
  if (tokens !== undefined) return [...ids, ...report, ...fillWords(tokens)];
  return report.length > 0
    ? [...ids, ...report]
    : [...ids, ...toWords(`You said: ${directives.rest}`)];
}

const filler =
  'the quick brown fox jumps over a lazy dog while seven wizards quietly boil green tea near an old stone bridge'.split(
    ' ',
  );

function fillWords(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${filler[index % filler.length]} `);
}

function toWords(words: string): readonly string[] {
  return words.match(/\S+\s*/g) ?? [];
}

function shorten(words: string): string {
  return words.length > 300 ? `${words.slice(0, 300)}…` : words;
}

function toChunks(words: readonly string[]): readonly TurnPart[] {
  return words.map((word) => text(word));
}

function breaking(parts: readonly TurnPart[], { broken }: Directives): readonly TurnPart[] {
  if (broken === undefined) return parts;
  return [...parts.slice(0, 1), broken === 'hang' ? stall() : cut()];
}

function paced(
  parts: readonly TurnPart[],
  directives: Directives,
  defaults: EchoDefaults,
): readonly TurnPart[] {
  const first = directives.firstDelayMs ?? defaults.firstDelayMs ?? 0;
  const later = directives.delayMs ?? defaults.delayMs ?? 0;
  return parts.map((part, index) =>
    'delayMs' in part ? { ...part, delayMs: index === 0 ? first : later } : part,
  );
}
