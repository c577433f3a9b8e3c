import { randomUUID } from 'node:crypto';
import { echoScript } from '@cuttle/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';

let gateway: OpenGateway;
beforeAll(async () => {
  gateway = await openGateway({ script: echoScript() });
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function say(sessionKey: string, message: string): Promise<void> {
  const sent = { sessionKey, message, idempotencyKey: randomUUID() };
  const { runId } = await gateway.server.call('chat.send', sent);
  const ended = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
  expect(ended.status).toBe('completed');
}

async function textsOf(sessionKey: string): Promise<string[]> {
  const { entries } = await gateway.server.call('chat.history', { sessionKey });
  return entries.flatMap(({ messages }) =>
    messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
    ),
  );
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const failure: unknown = await promise
    .then(() => 'it did not fail')
    .catch((error: unknown) => error);
  return failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
}

/** What the model was sent last. */
function lastRequest(): string {
  return JSON.stringify(gateway.model.calls.at(-1)?.messages);
}

describe('whole sessions', () => {
  it('makes one, puts it aside, and keeps it there until it is spoken in', async () => {
    const { call } = gateway.server;
    const made = await call('sessions.create', { sessionKey: 'plans', title: 'Plans' });
    expect(made).toMatchObject({ created: true, session: { title: 'Plans', messages: 0 } });
    expect(await call('sessions.create', { sessionKey: 'plans' })).toMatchObject({
      created: false,
    });
    await say('plans', 'one');
    const place = { sessionKey: 'plans' };
    expect(await call('sessions.archive', place)).toMatchObject({ archived: true });
    expect(await codeOf(call('sessions.delete', { ...place, confirm: true }))).toBe(
      'session.archived',
    );
    expect(await codeOf(call('sessions.reset', place))).toBe('session.archived');
    const archived = await call('sessions.list', { archived: true, channel: 'embedded' });
    expect(archived.sessions.map(({ sessionKey }) => sessionKey)).toEqual(['agent:main:plans']);
    await say('plans', 'two');
    expect(await call('sessions.get', place)).toMatchObject({ archived: false, messages: 4 });
  });

  it('forks from a message: the fork knows what came before, and the two go on apart', async () => {
    await say('source', 'alpha');
    await say('source', 'beta');
    const { session, atEntry } = await gateway.server.call('sessions.fork', {
      sessionKey: 'source',
      atEntry: 2,
      newKey: 'branch',
    });
    expect([session.sessionKey, atEntry]).toEqual(['agent:main:branch', 2]);
    await say('branch', 'gamma');
    expect(lastRequest()).toContain('alpha');
    expect(lastRequest()).not.toContain('beta');
    expect(await textsOf('branch')).toEqual([
      'alpha',
      'You said: alpha',
      'gamma',
      'You said: gamma',
    ]);
    expect(await textsOf('source')).toHaveLength(4);
    const remove = { sessionKey: 'source', confirm: true } as const;
    expect(await codeOf(gateway.server.call('sessions.delete', remove))).toBe('session.forked');
  });

  it('goes back, tells who listens, and asks the model without what came later', async () => {
    await say('back', 'first');
    await say('back', 'second');
    const socket = await gateway.connect();
    await socket.call('chat.history', { sessionKey: 'back' });
    const told = socket.until(
      ({ event, payload }) => event === 'session' && JSON.stringify(payload).includes('"reset"'),
    );
    const done = await gateway.server.call('sessions.rewind', { sessionKey: 'back', toEntry: 2 });
    expect(done).toMatchObject({ toEntry: 2, session: { messages: 2 } });
    expect((await told).payload).toMatchObject({ sessionKey: 'agent:main:back' });
    await say('back', 'third');
    expect(lastRequest()).toContain('first');
    expect(lastRequest()).not.toContain('second');
    expect(await textsOf('back')).toEqual(['first', 'You said: first', 'third', 'You said: third']);
  });

  it('exports and imports the same bytes, and a restart keeps them', async () => {
    const { call } = gateway.server;
    await say('out', 'héllo "you"\n# not a heading');
    await say('out', 'again');
    await call('sessions.patch', { sessionKey: 'out', title: 'Out & in' });
    const first = await call('sessions.export', { sessionKey: 'out' });
    expect(first.fileName).toBe('Out-in.json');
    const { session } = await call('sessions.import', { text: first.text, sessionKey: 'in' });
    expect(session).toMatchObject({ sessionKey: 'agent:main:in', title: 'Out & in', messages: 4 });
    expect(await call('sessions.export', { sessionKey: 'in' })).toEqual(first);
    await gateway.restart();
    expect(await gateway.server.call('sessions.export', { sessionKey: 'in' })).toEqual(first);
    await say('in', 'go on');
    expect(lastRequest()).toContain('again');
    const { text } = await gateway.server.call('sessions.export', {
      sessionKey: 'in',
      format: 'markdown',
    });
    expect(text).toMatch(/^# Out & in\n\n## You · .* UTC\n\nhéllo "you"/);
  });

  it.each([
    ['no JSON', '{'],
    ['another thing', '{"kind":"other"}'],
    [
      'a call without its result',
      JSON.stringify(
        fileOf([answerOf([{ type: 'tool-call', callId: 'c', name: 'x', input: {} }])]),
      ),
    ],
    [
      'a forged proof',
      JSON.stringify(fileOf([answerOf([{ type: 'thinking', text: 'x', signature: 's' }])])),
    ],
    [
      'a word of the system',
      JSON.stringify(
        fileOf([
          { kind: 'input', at: '2026-01-01T00:00:00.000Z', message: { role: 'system', parts: [] } },
        ]),
      ),
    ],
  ])('refuses to import %s', async (_what, text) => {
    expect(await codeOf(gateway.server.call('sessions.import', { text }))).toBe('session.import');
  });

  it('deletes for good, when it is meant', async () => {
    await say('gone', 'secret of mine');
    const place = { sessionKey: 'gone' };
    const unsure = { ...place, confirm: false } as unknown as { sessionKey: string; confirm: true };
    expect(await codeOf(gateway.server.call('sessions.delete', unsure))).toBe('request.invalid');
    await gateway.server.call('sessions.delete', { ...place, confirm: true });
    expect(await codeOf(gateway.server.call('sessions.get', place))).toBe('session.not-found');
    await say('gone', 'anew');
    expect(await textsOf('gone')).toEqual(['anew', 'You said: anew']);
  });
});

describe('persons', () => {
  it('are joined by the owner, by id, and taken apart again', async () => {
    const { call } = gateway.server;
    const linked = await call('persons.link', { name: 'Anna', account: 'telegram:42' });
    expect(linked).toMatchObject({ name: 'Anna', accounts: [{ account: 'telegram:42' }] });
    expect(await codeOf(call('persons.link', { name: 'Ben', account: 'telegram:42' }))).toBe(
      'person.linked',
    );
    expect(await codeOf(call('persons.link', { name: 'Ben', account: 'telegram:@anna' }))).toBe(
      'request.invalid',
    );
    expect((await call('persons.list', {})).persons).toEqual([linked]);
    expect(await call('persons.unlink', { account: 'telegram:42' })).toEqual({ ok: true });
  });

  it('are not for a client to say, whatever its scopes', async () => {
    const principal = { id: 'client:x', kind: 'client', scopes: ['operator.admin'] } as const;
    const link = { name: 'Anna', account: 'telegram:42' };
    const options = { principal: { ...principal, scopes: [...principal.scopes] } };
    expect(await codeOf(gateway.server.call('persons.link', link, options))).toBe('access.denied');
  });
});

function answerOf(parts: readonly object[]): object {
  return { kind: 'answer', at: '2026-01-01T00:00:00.000Z', message: { role: 'assistant', parts } };
}
function fileOf(entries: readonly object[]): object {
  const createdAt = '2026-01-01T00:00:00.000Z';
  return { kind: 'cuttle.session', v: 1, agentId: 'main', createdAt, entries };
}
