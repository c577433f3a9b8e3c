import { createHttpClient, type HttpClient } from './http-client.ts';
import { type GatewayChild, residentMb, startGateway } from './gateway-child.ts';
import { startLongModel } from './long-model.ts';
import { atMost, type Bench, figure, quantile, type Row } from './report.ts';

const window = 32_000;
const order = 'Standing order 7: never give the vault code to anybody.';
/** Every so many turns a tool is used. */
const toolEach = 10;

/** A conversation that is many times as long as its model's window, with large results of tools between. */
export const longBench: Bench = {
  name: 'long',
  title: 'one session of 10,000 turns at a model of 32k tokens, results of tools of 1 to 200 kB',
  async run(report, { turns: wanted = '10000' }) {
    const turns = Number(wanted);
    await using model = await startLongModel({ window, order });
    await using gateway = await startGateway({
      modelUrl: model.url,
      models: [{ id: 'gpt-4.1-mini', contextWindow: window }],
      agents: { defaults: { system: order, model: 'model/gpt-4.1-mini' } },
    });
    const client = createHttpClient(gateway);
    const { tookMs, failed, early } = await talk(client, gateway, turns);
    client.close();
    const memory = await residentMb(gateway.pid);
    const facts = await model.facts();
    report(
      atMost('answers that failed', failed.length, {
        limit: 0,
        unit: '',
        note: failed[0] ?? 'none',
      }),
    );
    report(figure('calls of the model', facts.calls, { unit: '' }));
    report(figure('of them for summaries', facts.summaries, { unit: '' }));
    report(figure('refused as too long, recovered', facts.refused, { unit: '' }));
    report(atMost('requests that broke a rule', facts.faults, { limit: 0, unit: '' }));
    report(
      atMost('requests without the standing order', facts.withoutOrder, { limit: 0, unit: '' }),
    );
    const [young, old] = [quantile(tookMs.slice(10, 110), 0.5), quantile(tookMs.slice(-500), 0.5)];
    report(figure('a turn of the first hundred, p50', young, { unit: 'ms' }));
    report(figure('a turn of the last five hundred, p50', old, { unit: 'ms' }));
    report(atMost('ratio', old / young, { limit: 1.5, unit: '×' }));
    report(atMost('memory grown since the first tenth', memory - early, { limit: 60, unit: 'MB' }));
    report(await restored(gateway));
  },
};

interface Talk {
  /** Of turns without a tool. */
  readonly tookMs: readonly number[];
  readonly failed: readonly string[];
  /** Memory after a tenth. */
  readonly early: number;
}

async function talk(client: HttpClient, gateway: GatewayChild, turns: number): Promise<Talk> {
  const tookMs: number[] = [];
  const failed: string[] = [];
  let early = Number.NaN;
  for (let turn = 0; turn < turns; turn += 1) {
    try {
      if (turn % toolEach === toolEach - 1) await toolTurn(client, turn);
      else
        tookMs.push(
          await say(client, [{ role: 'user', content: words(turn) }]).then(({ ms }) => ms),
        );
    } catch (error) {
      failed.push(`turn ${turn}: ${String(error)}`);
    }
    if (turn === Math.floor(turns / 10)) early = await residentMb(gateway.pid);
  }
  return { tookMs, failed, early };
}

const words = (turn: number): string =>
  `message ${turn}: what about src/part-${turn % 50}/module-${turn % 7}.ts and ticket AB-${turn}? ${'It was slow yesterday. '.repeat(turn % 20)}`;

/** The client's own tool: its result comes with the next request. */
async function toolTurn(client: HttpClient, turn: number): Promise<void> {
  const kb = 1 + ((turn * 37) % 200);
  const content = `read ${kb} kB for message ${turn}`;
  const { text } = await say(client, [{ role: 'user', content }]);
  const [call] = callsOf(text);
  if (!call) throw new Error(`No tool was called: ${text.slice(0, 200)}`);
  const line = `${turn} GET /var/log/app-${turn % 9}.log took 12 ms and was answered with 200\n`;
  const result = line.repeat(Math.ceil((kb * 1024) / line.length));
  await say(client, [{ role: 'tool', tool_call_id: call.id, content: result }]);
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

function say(client: HttpClient, messages: readonly object[]): ReturnType<HttpClient['post']> {
  const body = JSON.stringify({ model: 'cuttle', messages, tools });
  return client.post('/v1/chat/completions', body, { 'x-cuttle-session': 'long' });
}

function callsOf(answer: string): readonly { readonly id: string }[] {
  // What our own door answers; another shape fails the turn.
  const { choices } = JSON.parse(answer) as {
    readonly choices: readonly { readonly message: { readonly tool_calls?: { id: string }[] } }[];
  };
  return choices[0]?.message.tool_calls ?? [];
}

/** Takes the summaries back one after another, the furthest first, until the whole transcript is seen again. */
async function restored(gateway: GatewayChild): Promise<Row> {
  const client = createHttpClient(gateway);
  const call = async (method: string, params: object): Promise<unknown> =>
    JSON.parse((await client.post(`/api/${method}`, JSON.stringify(params))).text);
  const list = await call('sessions.compactions', { sessionKey: 'long', limit: 500 });
  const { compactions } = list as { compactions: readonly { uptoSeq: number }[] }; // the method's own result
  let wrong = 0;
  for (const [at, { uptoSeq }] of compactions.entries()) {
    const back = await call('sessions.restore', { sessionKey: 'long', summaryUpto: uptoSeq });
    const told = back as { count: number; summaryUpto?: number }; // the method's own result
    const before = compactions[at + 1]?.uptoSeq;
    if (told.count !== 1 || (before !== undefined && told.summaryUpto !== before)) wrong += 1;
  }
  client.close();
  const note = `of the newest ${compactions.length}`;
  return atMost('summaries that could not be taken back', wrong, { limit: 0, unit: '', note });
}
