import { defineTool } from '@cuttle/core-types/ports';
import { echoScript, type ModelCall, type Script, text } from '@cuttle/testkit';
import { APIError } from 'openai';
import { z } from 'zod';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';

/** A gateway as clients of OpenAI's meet it: two agents, a tool of its own, a model that says what it is told to. */
export interface Wire extends AsyncDisposable {
  readonly gateway: OpenGateway;
  /** How often the gateway's own tool has run. */
  readonly ownCalls: number;
}

export async function openWire(): Promise<Wire> {
  let ownCalls = 0;
  const measure = defineTool({
    name: 'measure',
    description: 'Measures a thing.',
    input: z.strictObject({ thing: z.string() }),
    effect: 'pure',
    risk: 'read',
    run: async ({ thing }) => {
      ownCalls += 1;
      return { text: `${thing}: 7 cm` };
    },
  });
  const gateway = await openGateway({
    script,
    overrides: { tools: [measure] },
    config: {
      tools: { profile: 'full', approvals: 'allow' },
      agents: {
        defaults: { model: 'local/gpt-4.1-mini' },
        list: [{ id: 'main' }, { id: 'cook', system: 'You are the cook.' }],
      },
    },
  });
  return {
    gateway,
    get ownCalls() {
      return ownCalls;
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** Turns by the marker in the user's last text, where a directive cannot say it. */
const special: Readonly<Record<string, Script>> = {
  '#usage': () => [
    text('Counted.'),
    { type: 'finish', usage: { inputTokens: 40, outputTokens: 2, cacheReadTokens: 30 } },
  ],
  '#length': () => [text('Cut o'), { type: 'finish', reason: 'length', usage: {} }],
};
const echo = echoScript();
function script(call: ModelCall): ReturnType<Exclude<Script, readonly unknown[]>> {
  const said = call.messages.findLast(({ role }) => role === 'user')?.text ?? '';
  const own = Object.entries(special).find(([marker]) => said.includes(marker))?.[1] ?? echo;
  if (typeof own !== 'function') throw new TypeError('A script of a list has no place here.');
  return own(call);
}

/** What the client threw, which is an error of the API. */
export async function failureOf(work: PromiseLike<unknown>): Promise<APIError> {
  const error = await Promise.resolve(work).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof APIError)) throw new Error(`It failed otherwise: ${String(error)}`);
  return error;
}
