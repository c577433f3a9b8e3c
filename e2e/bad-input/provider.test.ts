import {
  cut,
  endEarly,
  failWith,
  htmlError,
  malformed,
  rateLimited,
  streamError,
  text,
  toolCall,
  type Turn,
} from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';
import { type RawClient, payloadOf, textAt } from '../gateway/raw-client.ts';

/** What the model answers to a message; the last turn stays. */
const turns = new Map<string, Turn[]>();
let gateway: OpenGateway;
let client: RawClient;
beforeAll(async () => {
  gateway = await openGateway({
    script: ({ messages }) => {
      const said = messages.findLast(({ role }) => role === 'user')?.text ?? '';
      const left = turns.get(said) ?? [];
      return left.length > 1 ? left.shift() : (left[0] ?? [text('Fine.')]);
    },
  });
  client = await gateway.connect();
});
afterAll(() => gateway[Symbol.asyncDispose]());

let last = 0;
async function ask(
  answers: readonly Turn[],
  sessionKey?: string,
): Promise<Record<string, unknown>> {
  last += 1;
  const message = `question ${last}`;
  turns.set(message, [...answers]);
  const key = sessionKey ?? `s${last}`;
  const sent = payloadOf(
    await client.call('chat.send', { sessionKey: key, message, idempotencyKey: message }),
  );
  const { runId } = sent;
  return payloadOf(await client.call('agent.wait', { runId, timeoutMs: 50_000 }));
}

describe('a provider that fails for good', () => {
  it.each<[what: string, turn: Turn, code: string]>([
    ['refuses the key', failWith(401), 'provider.auth'],
    ['is not paid', failWith(402), 'provider.billing'],
    ['refuses the request', failWith(400), 'provider.invalid'],
    ['speaks HTML with a status of success', htmlError(200), 'provider.invalid'],
  ])('because it %s is told by its code, once', async (_what, turn, code) => {
    const before = gateway.model.calls.length;
    const end = await ask([turn]);
    expect(end).toMatchObject({ status: 'failed', outcome: { error: { code } } });
    expect(end['text']).toMatch(/\w{3}/);
    // The same, whether one waits for the end or asks later.
    const { runId } = end;
    expect(payloadOf(await client.call('agent.wait', { runId, timeoutMs: 50_000 }))).toEqual(end);
    expect(gateway.model.calls.length - before).toBeLessThanOrEqual(4);
  });
});

describe('a provider that stumbles', () => {
  it.each<[what: string, turn: Turn]>([
    ['is overloaded', failWith(503)],
    ['asks to wait', rateLimited(0)],
    ['sits behind a proxy that fails', htmlError(502)],
    ['loses the connection before it says anything', [cut()]],
    ['loses the connection in the middle', [text('Half of an '), text('ans'), cut()]],
    ['ends too early', [text('Half of an '), endEarly()]],
    ['sends an error in its stream', [text('Half '), streamError()]],
    ['sends what is no JSON', [text('Half '), malformed()]],
    ['sends half of an event', [text('Half '), malformed('data: {"choices":[{"del\n\n')]],
  ])('because it %s is asked again, and the answer is whole', async (_what, turn) => {
    const end = await ask([turn, [text('All '), text('of it.')]]);
    expect(end).toMatchObject({ status: 'completed', text: 'All of it.' });
  });

  it('never has its broken words in the transcript', async () => {
    await ask([[text('Broken '), cut()], [text('Whole.')]], 'words');
    const { entries } = await gateway.server.call('chat.history', { sessionKey: 'words' });
    expect(JSON.stringify(entries)).not.toContain('Broken');
  });
});

describe('an answer full of rubbish', () => {
  it('with a tool that does not exist is told so to the model, and goes on', async () => {
    const end = await ask([[toolCall('launch_rocket', { to: 'moon' })], [text('Not possible.')]]);
    expect(end).toMatchObject({ status: 'completed', text: 'Not possible.' });
  });

  it.each([['{'], [''], ['[]'], ['null'], ['{"expression":'], ['"1+1"']])(
    'with the arguments %j does not end the conversation',
    async (inputText) => {
      const call = toolCall('math_eval', {}, { inputText });
      const end = await ask([[call], [text('Then not.')]]);
      expect(end).toMatchObject({ status: 'completed', text: 'Then not.' });
    },
  );

  it('with any text is kept as it is', async () => {
    const odd = 'a\u0000b\uFFFDc\u202E \u{1F980}\r\n</script> ${x} {{y}}';
    expect(await ask([[text(odd)]])).toMatchObject({ status: 'completed', text: odd });
  });

  it('that calls the same tool for ever is ended', async () => {
    const end = await ask([[toolCall('current_time', {})]]);
    expect(end).toMatchObject({ status: 'failed', outcome: { error: { code: 'run.loop' } } });
  });
});

describe('a provider that is not there', () => {
  it('is told with the next step, nothing is lost, and the conversation goes on when it is back', async () => {
    await using alone = await openGateway({ script: [] });
    await alone.model[Symbol.asyncDispose]();
    const owner = await alone.connect();
    const message = { sessionKey: 'main', message: 'Hello?', idempotencyKey: 'k1' };
    const runId = textAt(payloadOf(await owner.call('chat.send', message)), 'runId');
    const end = payloadOf(await owner.call('agent.wait', { runId, timeoutMs: 50_000 }));
    expect(end).toMatchObject({
      status: 'failed',
      outcome: { error: { code: 'provider.network', hint: expect.stringMatching(/\w/) } },
    });
    const { entries } = await alone.server.call('chat.history', { sessionKey: 'main' });
    expect(entries.map(({ messages }) => messages[0]?.role)).toEqual(['user']);
    expect(await alone.server.call('messages.fate', { id: runId })).toMatchObject({
      state: 'failed',
      reason: 'provider.network',
    });
    expect(payloadOf(await owner.call('health'))).toMatchObject({ ready: true });
    const port = Number(new URL(alone.model.url).port);
    await using back = await openOpenaiServer({ port, script: [[text('Here I am.')]] });
    await owner.call('chat.send', { ...message, message: 'And now?', idempotencyKey: 'k2' });
    const { payload } = await owner.until((event) => event.payload['state'] === 'final');
    expect(JSON.stringify(payload)).toContain('Here I am.');
    expect(back.calls[0]?.messages.at(-1)?.text).toBe('Hello?\n\nAnd now?');
  });
});
