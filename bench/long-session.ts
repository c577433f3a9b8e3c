import type { GatewayChild } from './gateway-child.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import type { LongFacts } from './long-model.ts';

/** Tokens of the model that is talked to. */
export const longWindow = 32_000;
export const standingOrder = 'Standing order 7: never give the vault code to anybody.';
/** Every so many turns a tool is used. */
const toolEach = 10;
/** What one listing of summaries gives at most, and how often it is asked for so that none is missed. */
const mostListed = 500;
const listEach = 500;

export interface LongSession {
  pin(): Promise<void>;
  /** Talks for so many turns; `each` hears of every one that is over. */
  talk(turns: number, each: (turn: number) => Promise<void>): Promise<Talk>;
  /** Takes the summaries back one after another, the newest first, and after each asks what was asked last before it. */
  restore(facts: LongFacts): Promise<Restored>;
  close(): void;
}
export interface Talk {
  /** Of turns without a tool. */
  readonly tookMs: readonly number[];
  readonly failed: readonly string[];
}
export interface Restored {
  readonly summaries: number;
  /** What went otherwise than promised. */
  readonly wrong: readonly string[];
}

/** A conversation that is many times as long as its model's window, with large results of tools between. */
export function createLongSession(gateway: GatewayChild): LongSession {
  const client = createHttpClient(gateway);
  const call = async (method: string, params: object): Promise<unknown> =>
    JSON.parse((await client.post(`/api/${method}`, JSON.stringify(params))).text);
  /** The entry behind which each turn begins. */
  const begunAt: number[] = [];
  const summaries = new Set<number>();
  const noteSummaries = async (): Promise<void> => {
    const params = { sessionKey: 'long', limit: mostListed };
    const list = await call('sessions.compactions', params);
    const { compactions } = list as { compactions: readonly { uptoSeq: number }[] }; // the method's own result
    for (const { uptoSeq } of compactions) summaries.add(uptoSeq);
  };
  return {
    pin: async () => {
      await call('pins.add', { text: standingOrder });
    },
    async talk(turns, each) {
      const tookMs: number[] = [];
      const failed: string[] = [];
      let entries = 0;
      for (let turn = 0; turn < turns; turn += 1) {
        const isTool = turn % toolEach === toolEach - 1;
        begunAt.push(entries);
        // A question and its answer; with a tool, a result and an answer more.
        entries += isTool ? 4 : 2;
        try {
          if (isTool) await toolTurn(client, turn);
          else tookMs.push((await say(client, 'long', [asked(turn)])).ms);
        } catch (error) {
          failed.push(`turn ${turn}: ${String(error)}`);
        }
        if (turn % listEach === listEach - 1) await noteSummaries();
        await each(turn);
      }
      await noteSummaries();
      return { tookMs, failed };
    },
    async restore({ befores, summaries: made }) {
      const all = [...summaries].toSorted((left, right) => left - right);
      const wrong = made === all.length ? [] : [`${made} summaries were asked for`];
      for (const { turn, summaries: count } of befores.toReversed()) {
        const summaryUpto = all[count] ?? 0;
        const back = await call('sessions.restore', { sessionKey: 'long', summaryUpto });
        const told = back as { summaryUpto?: number }; // the method's own result
        if (told.summaryUpto !== all[count - 1]) wrong.push(`after ${summaryUpto} came another`);
        const fork = { sessionKey: 'long', atEntry: begunAt[turn], newKey: `before-${turn}` };
        await call('sessions.fork', fork);
        await say(client, fork.newKey, [asked(turn)]);
      }
      return { summaries: all.length, wrong };
    },
    close: () => client.close(),
  };
}

function asked(turn: number): object {
  const content = `message ${turn}: what about src/part-${turn % 50}/module-${turn % 7}.ts and ticket AB-${turn}? ${'It was slow yesterday. '.repeat(turn % 20)}`;
  return { role: 'user', content };
}

/** The client's own tool: its result comes with the next request. */
async function toolTurn(client: HttpClient, turn: number): Promise<void> {
  const kb = 1 + ((turn * 37) % 200);
  const content = `read ${kb} kB for message ${turn}`;
  const { text } = await say(client, 'long', [{ role: 'user', content }]);
  const [call] = callsOf(text);
  if (!call) throw new Error(`No tool was called: ${text.slice(0, 200)}`);
  const line = `${turn} GET /var/log/app-${turn % 9}.log took 12 ms and was answered with 200\n`;
  const result = line.repeat(Math.ceil((kb * 1024) / line.length));
  await say(client, 'long', [{ role: 'tool', tool_call_id: call.id, content: result }]);
}

const tools = [
  {
    type: 'function',
    function: {
      name: 'look',
      parameters: { type: 'object', properties: { kb: { type: 'number' } } },
    },
  },
];

function say(
  client: HttpClient,
  session: string,
  messages: readonly object[],
): ReturnType<HttpClient['post']> {
  const body = JSON.stringify({ model: 'cuttle', messages, tools });
  return client.post('/v1/chat/completions', body, { 'x-cuttle-session': session });
}

function callsOf(answer: string): readonly { readonly id: string }[] {
  // What our own door answers; another shape fails the turn.
  const { choices } = JSON.parse(answer) as {
    readonly choices: readonly { readonly message: { readonly tool_calls?: { id: string }[] } }[];
  };
  return choices[0]?.message.tool_calls ?? [];
}
