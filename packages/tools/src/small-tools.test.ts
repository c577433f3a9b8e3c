import type { Message } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { SessionRow, Tool } from '@cuttle/core-types/ports';
import { toMachine } from '@cuttle/security/policy';
import { describe, expect, it } from 'vitest';
import { createConfigTool } from './config-tool.ts';
import { contextOf, type NotedContext, owner, person } from './contract/tool-context.ts';
import { createMessageTool } from './message-tool.ts';
import { createSessionTools } from './session-tools.ts';
import { createTimeTools } from './time-tools.ts';

function caller(tools: readonly Tool[]) {
  return async (
    name: string,
    raw: unknown,
    context: NotedContext = contextOf(),
  ): Promise<string> => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (!tool) throw new Error(`no tool ${name}`);
    return (await tool.run(tool.input.parse(raw), context, new AbortController().signal)).text;
  };
}
async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (isCuttleError(error) ? error.code : String(error)),
  );
}

describe('current_time', () => {
  const clock = { now: () => Date.UTC(2026, 2, 29, 0, 59, 59) };

  it('tells UTC, and the owner’s zone unless another is asked for', async () => {
    const call = caller(createTimeTools({ clock }, { timeZone: 'Europe/Berlin' }));
    // The words are those of the ICU that Node was built with.
    expect(await call('current_time', {})).toMatch(
      /^2026-03-29T00:59:59\.000Z \(UTC\)\nSunday.*29 March 2026.*01:59:59 \S+ \(Europe\/Berlin\)$/,
    );
    expect(await call('current_time', { timeZone: 'Asia/Kathmandu' })).toContain('06:44:59');
  });

  it('knows a zone that does not exist', async () => {
    const call = caller(createTimeTools({ clock }));
    expect(await codeOf(call('current_time', { timeZone: 'Mars/Olympus' }))).toBe(
      'tool.invalid-input',
    );
  });
});

describe('message_send', () => {
  const call = caller(createMessageTool());

  it('asks for an outbound row and sends nothing itself', async () => {
    const context = contextOf();
    await call('message_send', { text: 'hello' }, context);
    expect(context.sent).toEqual([{ to: 'current', answer: { text: 'hello' } }]);
  });

  it('lets the owner alone write elsewhere', async () => {
    const input = { to: 'telegram:main:7', text: 'hello' };
    const mine = contextOf();
    await call('message_send', input, mine);
    expect(mine.sent).toEqual([{ to: 'telegram:main:7', answer: { text: 'hello' } }]);
    for (const other of [
      contextOf({ principal: person('ann'), trust: 'paired' }),
      contextOf({ principal: person('ann'), trust: 'owner' }),
      contextOf({ principal: toMachine(owner), trust: 'guest' }),
    ]) {
      expect(await codeOf(call('message_send', input, other))).toBe('tool.denied');
      expect(other.sent).toEqual([]);
    }
  });
});

describe('config_read', () => {
  const config = {
    gateway: { port: 18800, auth: { token: 'hunter2' } },
    providers: {
      local: { apiKeys: ['k1'], baseUrl: 'http://u:pw@host/v1', note: 'the word is swordfish' },
    },
    channels: { telegram: { main: { botToken: '123' } } },
  };
  const call = caller(createConfigTool({ config: () => config, secrets: () => ['swordfish'] }));

  it('shows a part, and no secret by name, shape or value', async () => {
    expect(await call('config_read', { path: 'gateway.port' })).toBe('18800');
    const all = await call('config_read', {});
    expect(JSON.parse(all)).toEqual({
      gateway: { port: 18800, auth: { token: '[redacted]' } },
      providers: {
        local: {
          apiKeys: '[redacted]',
          baseUrl: 'http://u:[redacted]@host/v1',
          note: 'the word is [redacted]',
        },
      },
      channels: { telegram: { main: { botToken: '[redacted]' } } },
    });
    expect(await call('config_read', { path: 'gateway.auth.token' })).toBe('"[redacted]"');
    expect(await codeOf(call('config_read', { path: 'providers.local.apiKeys.0' }))).toBe(
      'tool.failed',
    );
  });

  it.each(['nothing', 'gateway.port.toString', '__proto__', 'constructor.name', 'gateway..auth.x'])(
    'knows no %s',
    async (path) => {
      expect(await codeOf(call('config_read', { path }))).toBe('tool.failed');
    },
  );
});

function sessionOf(sessionKey: string, agentId = 'main'): SessionRow {
  return {
    sessionId: `id of ${sessionKey}`,
    sessionKey,
    agentId,
    channel: undefined,
    generation: 1,
    title: `title of ${sessionKey}`,
    model: undefined,
    persona: undefined,
    thinking: undefined,
    queueMode: undefined,
    archived: false,
    messages: 3,
    contextTokens: undefined,
    summaryUpto: undefined,
    createdAt: 0,
    updatedAt: Date.UTC(2026, 0, 1),
  };
}

describe('sessions', () => {
  const rows = [
    sessionOf('of-ann'),
    sessionOf('of-bob'),
    sessionOf('of-owner'),
    sessionOf('other-agent', 'other'),
  ];
  const owners: Readonly<Record<string, string>> = {
    'of-ann': 'person:ann',
    'of-bob': 'person:bob',
    'of-owner': 'owner',
    'other-agent': 'person:ann',
  };
  const messages: readonly Message[] = [
    { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
    { role: 'assistant', parts: [{ type: 'tool-call', callId: '1', name: 'x', input: {} }] },
    { role: 'assistant', parts: [{ type: 'text', text: 'hello' }] },
  ];
  const call = caller(
    createSessionTools({
      reader: {
        findSession: async (key) => rows.find(({ sessionKey }) => sessionKey === key),
        listSessions: async ({ agentId, before }) => {
          const at = Number(before ?? 0);
          const row = rows.filter((candidate) => candidate.agentId === agentId)[at];
          return { sessions: row ? [row] : [], next: row && at < 9 ? String(at + 1) : undefined };
        },
        readHistory: async ({ sessionId }) => ({
          entries: [
            {
              seq: 1,
              runId: undefined,
              inboundId: undefined,
              step: undefined,
              past: false,
              messages,
              at: 0,
            },
          ],
          queued: [],
          before: sessionId.endsWith('owner') ? 7 : undefined,
          eventSeq: 0,
          activeRunId: undefined,
        }),
      },
      ownerOf: ({ sessionKey }) => owners[sessionKey],
    }),
  );
  const ann = (sessionKey = 'elsewhere') =>
    contextOf({ principal: person('ann'), trust: 'paired', sessionKey });

  it('lists one’s own over several pages', async () => {
    expect(await call('session_list', {}, ann())).toBe(
      '- of-ann: title of of-ann (3 messages, last 2026-01-01T00:00:00.000Z)',
    );
  });

  it('lists all of the agent’s for the owner', async () => {
    const list = await call('session_list', {}, contextOf({ sessionKey: 'elsewhere' }));
    expect(list.split('\n').map((line) => line.split(':')[0])).toEqual([
      '- of-ann',
      '- of-bob',
      '- of-owner',
    ]);
    expect(await call('session_list', { limit: 1 }, contextOf())).not.toContain('\n');
  });

  it('reads what was said, taints the run, and says how to go back', async () => {
    const context = contextOf();
    expect(await call('session_read', { sessionKey: 'of-owner' }, context)).toBe(
      '(Earlier entries: call again with before 7.)\nuser: hi\nassistant: hello',
    );
    expect([...context.taints]).toEqual(['file']);
  });

  it('gives nobody another’s, and does not tell whether it exists', async () => {
    const answers = await Promise.all(
      ['of-bob', 'of-owner', 'other-agent', 'nowhere'].map(async (sessionKey) =>
        call('session_read', { sessionKey }, ann()).catch((error: unknown) =>
          String(error).replace(sessionKey, 'X'),
        ),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['CuttleError: There is no conversation "X".']));
    const reminder = contextOf({ principal: toMachine(owner), trust: 'guest' });
    expect(await codeOf(call('session_read', { sessionKey: 'of-bob' }, reminder))).toBe(
      'session.not-found',
    );
  });

  it('reads the conversation it is in', async () => {
    expect(await call('session_read', { sessionKey: 'of-bob' }, ann('of-bob'))).toContain('hello');
  });
});
