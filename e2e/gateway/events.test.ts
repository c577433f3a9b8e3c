import { RunEvent } from '@cuttle/core-types';
import { AgentEventPayload, ChatEventPayload } from '@cuttle/core-types/protocol';
import { failWith, text, type Turn } from '@cuttle/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { codeOf, payloadOf, type RawClient, type RawEvent, textAt } from './raw-client.ts';

/** What the model says next, by the user's last words: a test holds it back as long as it wants. */
const gates = new Map<string, Promise<void>>();
const words = (from: number, to: number): Turn =>
  Array.from({ length: to - from }, (_, index) => text(`w${from + index} `, { delayMs: 2 }));

let gateway: OpenGateway;
beforeAll(async () => {
  gateway = await openGateway({
    script: async ({ messages }) => {
      const said = messages.findLast(({ role }) => role === 'user')?.text ?? '';
      await gates.get(said);
      if (said.startsWith('break')) return failWith(400);
      if (said.startsWith('long')) return words(0, 200);
      return [text('Fine, '), text('thank you.')];
    },
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

let last = 0;
async function send(client: RawClient, sessionKey: string, message: string): Promise<string> {
  last += 1;
  const params = { sessionKey, message, idempotencyKey: `e${last}` };
  return textAt(payloadOf(await client.call('chat.send', params)), 'runId');
}
const chatOf = (client: RawClient, state: string): Promise<RawEvent> =>
  client.until(({ event, payload }) => event === 'chat' && payload['state'] === state);
type AgentEvent = Omit<AgentEventPayload, 'data'> & { readonly data: RunEvent };
const agentEvents = (client: RawClient, runId: string): AgentEvent[] =>
  client.events
    .filter(({ event }) => event === 'agent')
    .map(({ payload }) => AgentEventPayload.parse(payload))
    .map((payload) => ({ ...payload, data: RunEvent.parse(payload.data) }))
    .filter((payload) => payload.runId === runId);

describe('live events', () => {
  it('tell a run from its start to its end, numbered without a gap', async () => {
    const client = await gateway.connect();
    const runId = await send(client, 'order', 'How are you?');
    const final = ChatEventPayload.parse((await chatOf(client, 'final')).payload);
    expect(final).toMatchObject({
      runId,
      sessionKey: 'agent:main:order',
      inbounds: [runId],
      message: { role: 'assistant', content: [{ type: 'text', text: 'Fine, thank you.' }] },
    });
    expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
    const events = agentEvents(client, runId);
    expect(events.map(({ data }) => data.type)).toEqual([
      'run.start',
      'step.start',
      'text.start',
      'text.delta',
      'text.delta',
      'text.end',
      'step.end',
      'usage.update',
      'run.end',
    ]);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    // What it has used so far is said again as a sum, and is no row.
    const [stepEnd, used] = events.slice(-3).map(({ data, cursor }) => ({ data, cursor }));
    expect(stepEnd?.data).toMatchObject({ usage: { inputTokens: expect.any(Number) } });
    expect(used).toMatchObject({
      data: stepEnd?.data.type === 'step.end' && { usage: stepEnd.data.usage },
    });
    expect(used?.cursor).toBeUndefined();
    expect(events.filter(({ cursor }) => cursor !== undefined).length).toBeGreaterThanOrEqual(2);
  });

  it('show the text so far in chat deltas, each the beginning of the next', async () => {
    const client = await gateway.connect();
    await send(client, 'deltas', 'long');
    const final = ChatEventPayload.parse((await chatOf(client, 'final')).payload);
    const shown = client.events
      .filter(({ event, payload }) => event === 'chat' && payload['state'] === 'delta')
      .map(({ payload }) => ChatEventPayload.parse(payload).message?.content[0]?.text ?? '');
    expect(shown.length).toBeGreaterThan(1);
    const whole = final.message?.content[0]?.text ?? '';
    for (const [index, so] of shown.entries())
      expect((shown[index + 1] ?? whole).startsWith(so)).toBe(true);
  });

  it('say that a run failed, with the reason', async () => {
    const client = await gateway.connect();
    const runId = await send(client, 'fails', 'break');
    expect((await chatOf(client, 'error')).payload).toMatchObject({
      runId,
      error: { code: 'provider.invalid', retryable: false, hint: expect.stringMatching(/\w/) },
    });
  });

  it('say that a run was stopped, with what it had said', async () => {
    const client = await gateway.connect();
    const runId = await send(client, 'stops', 'long');
    await client.until(({ payload }) => payload['stream'] === 'text');
    expect(payloadOf(await client.call('chat.abort', { runId }))).toMatchObject({
      runIds: [runId],
    });
    const { payload } = await chatOf(client, 'aborted');
    expect(ChatEventPayload.parse(payload)).toMatchObject({ runId, inbounds: [runId] });
    expect(agentEvents(client, runId).at(-1)?.data).toEqual({
      type: 'run.end',
      outcome: { status: 'aborted', by: 'user' },
    });
  });
});

describe('events.subscribe', () => {
  it('chooses what a connection hears', async () => {
    const [writer, follower, listener, stranger] = await Promise.all([
      gateway.connect(),
      gateway.connect(),
      gateway.connect(),
      gateway.connect(),
    ]);
    await follower.call('events.subscribe', { sessionKeys: ['heard'] });
    await listener.call('events.subscribe', { all: true });
    await stranger.call('events.subscribe', { sessionKeys: ['else'] });
    await send(writer, 'heard', 'Hello');
    await Promise.all([writer, follower, listener].map((client) => chatOf(client, 'final')));
    await listener.call('events.subscribe', { all: false });
    await follower.call('events.subscribe', { sessionKeys: [] });
    const before = [follower, listener].map(({ events }) => events.length);
    await send(stranger, 'heard', 'Hello again');
    await chatOf(stranger, 'final');
    expect([follower, listener].map(({ events }) => events.length)).toEqual(before);
    expect(stranger.events[0]).toMatchObject({
      event: 'session',
      payload: { text: 'Hello again' },
    });
  });

  it('hears of a session that was read', async () => {
    const [writer, reader] = await Promise.all([gateway.connect(), gateway.connect()]);
    await reader.call('chat.history', { sessionKey: 'read' });
    await send(writer, 'read', 'Hello');
    expect((await chatOf(reader, 'final')).payload).toMatchObject({
      sessionKey: 'agent:main:read',
    });
  });
});

/** Folds what a client got of one run, on however many connections, into the text it shows. Throws on anything told twice. */
function foldText(events: readonly AgentEvent[]): string {
  const steps = new Map<string, string>();
  const cursors = new Set<string>();
  let number = 0;
  for (const { seq, data, cursor } of events) {
    if (seq <= number) throw new Error(`${data.type} has number ${seq} after ${number}`);
    if (cursor !== undefined && cursors.has(cursor)) throw new Error(`${cursor} came twice`);
    number = seq;
    if (cursor !== undefined) cursors.add(cursor);
    if (data.type === 'text.reset') steps.set(String(data.step), '');
    if (data.type !== 'text.delta') continue;
    const [step = ''] = data.blockId.split('.', 1);
    steps.set(step, (steps.get(step) ?? '') + data.text);
  }
  return [...steps.values()].join('\n\n');
}

describe('events.resume', () => {
  it('goes on in the middle of an answer, without a gap or a repeat, however often it is cut', async () => {
    let client = await gateway.connect();
    const page = payloadOf(await client.call('chat.history', { sessionKey: 'cuts' }));
    const runId = await send(client, 'cuts', 'long');
    const heard: AgentEvent[] = [];
    let from = textAt(page, 'cursor');
    for (let round = 0; round < 6; round += 1) {
      const count = client.events.length;
      await client.until(({ payload }) => payload['stream'] === 'text', count);
      client.terminate();
      const events = agentEvents(client, runId);
      heard.push(...events);
      from = events.findLast((event) => event.cursor !== undefined)?.cursor ?? from;
      client = await gateway.connect();
      expect(payloadOf(await client.call('events.resume', { cursor: from }))).toMatchObject({
        sessionKey: 'agent:main:cuts',
      });
    }
    await chatOf(client, 'final');
    heard.push(...agentEvents(client, runId));
    const expected = Array.from({ length: 200 }, (_, index) => `w${index} `).join('');
    expect(foldText(heard)).toBe(expected);
    expect(heard.at(-1)?.data).toMatchObject({ type: 'run.end' });
  });

  it('tells again what was missed of ended runs', async () => {
    const writer = await gateway.connect();
    await send(writer, 'missed', 'One');
    const first = await chatOf(writer, 'final');
    const after = textAt(first.payload, 'cursor');
    const count = writer.events.length;
    await send(writer, 'missed', 'Two');
    await writer.until(({ payload }) => payload['state'] === 'final', count);
    const live = writer.events.slice(count);
    const reader = await gateway.connect();
    await reader.call('events.resume', { cursor: after });
    const told = reader.events;
    expect(told[0]).toMatchObject({ event: 'session', payload: { kind: 'inbound', text: 'Two' } });
    expect(told.at(-1)).toMatchObject({ event: 'chat', payload: live.at(-1)?.payload });
    const durable = (events: readonly RawEvent[]): string[] =>
      events
        .filter(({ event, payload }) => event === 'agent' && payload['stream'] !== 'text')
        .map(({ payload }) => RunEvent.parse(payload['data']).type)
        .filter((type) => type !== 'usage.update');
    expect(durable(told)).toEqual(durable(live));
  });

  it('goes on after a restart of the gateway', async () => {
    const before = await gateway.connect();
    await send(before, 'again', 'One');
    const { cursor } = (await chatOf(before, 'final')).payload;
    await gateway.restart();
    const client = await gateway.connect();
    await client.call('events.resume', { cursor });
    await send(client, 'again', 'Two');
    expect((await chatOf(client, 'final')).payload).toMatchObject({ state: 'final' });
  });

  it.each([
    ['of another timeline', 'x01.y02.1'],
    ['of no session', 'none'],
    ['with a broken number', '..'],
  ])('refuses a cursor %s, and the connection goes on', async (_name, cursor) => {
    const client = await gateway.connect();
    expect(codeOf(await client.call('events.resume', { cursor }))).toBe('cursor.expired');
    expect(payloadOf(await client.call('health'))).toMatchObject({ ok: true });
  });

  it('refuses a cursor beyond the end', async () => {
    const client = await gateway.connect();
    await send(client, 'beyond', 'One');
    const cursor = textAt((await chatOf(client, 'final')).payload, 'cursor');
    const [epoch, sessionId] = cursor.split('.');
    const far = `${epoch}.${sessionId}.zzzz`;
    expect(codeOf(await client.call('events.resume', { cursor: far }))).toBe('cursor.expired');
  });
});

describe('a reader that does not read', () => {
  it('is dropped, and goes on from its cursor', async () => {
    const writer = await gateway.connect();
    await send(writer, 'flood', 'One');
    const { cursor } = (await chatOf(writer, 'final')).payload;
    await writer.call('events.subscribe', { sessionKeys: [] });
    const reader = await gateway.connect();
    await reader.call('events.subscribe', { sessionKeys: ['flood'] });
    reader.socket.pause();
    // Each comes back to the reader as an event of the same size; the machine's own buffers take some.
    const big = 'x'.repeat(900_000);
    for (let sent = 0; sent < 30; sent += 1) {
      await send(writer, 'flood', `/help ${big}`);
      await writer.call('events.subscribe', { sessionKeys: [] });
    }
    reader.socket.resume();
    // Cut off where even the goodbye does not get through.
    expect([4008, 1006]).toContain((await reader.closed).code);
    expect(reader.events.length).toBeLessThan(60);
    expect(payloadOf(await writer.call('health'))).toMatchObject({ ok: true });
    const back = await gateway.connect();
    expect(payloadOf(await back.call('events.resume', { cursor }))).toMatchObject({ replayed: 60 });
    expect(back.events).toHaveLength(60);
  });
});
