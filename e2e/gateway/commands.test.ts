import type { Principal } from '@cuttle/core-types';
import { text } from '@cuttle/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

let messages = 0;
/** Sends a message and waits for its answer. */
async function say(message: string, sessionKey = 'main'): Promise<string> {
  messages += 1;
  const asked = { sessionKey, message, idempotencyKey: `said-${messages}` };
  const { runId } = await gateway.server.call('chat.send', asked);
  const { text: answer } = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
  return answer ?? '';
}
/** Sends a command and gives its answer. */
async function command(
  message: string,
  { sessionKey = 'main', principal }: { sessionKey?: string; principal?: Principal } = {},
): Promise<string> {
  messages += 1;
  const sent = await gateway.server.call(
    'chat.send',
    { sessionKey, message, idempotencyKey: `said-${messages}` },
    principal && { principal },
  );
  expect(sent.status).toBe('command');
  return sent.reply ?? '';
}

const client: Principal = { id: 'key-1', kind: 'client', scopes: ['operator.write'] };

describe('commands', () => {
  it('are one list for help and for clients, and each tells how it is written', async () => {
    gateway = await openGateway();
    const { commands } = await gateway.server.call('commands.list', {});
    const help = await command('/help');
    for (const { name, args, description } of commands) {
      const usage = args === '' ? `/${name}` : `/${name} ${args}`;
      expect(help).toContain(`${usage} – ${description}`);
      expect(await command(`/help ${name}`)).toBe(
        `It is written like this: ${usage}\n${description}.`,
      );
    }
    expect(await command('/help /QUEUE')).toContain('/queue [');
    expect(await command('/help nothing')).toContain('There is no command /nothing.');
  });

  it('answer words that they do not understand with how they are written, and do nothing', async () => {
    gateway = await openGateway();
    await say('one');
    const look = async (): Promise<unknown> => {
      const { updatedAt: _at, ...session } = await gateway.server.call('sessions.get', {
        sessionKey: 'main',
      });
      return session;
    };
    const before = await look();
    const misspelt =
      `/status now; /whoami else; /new and tell me a story; /context all; /rewind 0; /rewind 51; /rewind much; /rewind 1 2; /agent coder; /tools a b; /model a/b c/d; /think harder; /think low high; /queue sometimes; /usage 0; /usage 1e2; /usage 3 4; /usage -1; /unpin; /unpin first; /approve a b c; /approve a deny no; /help a b`.split(
        '; ',
      );
    for (const message of misspelt) {
      const [usage = ''] = message.split(' ');
      expect(await command(message)).toMatch(new RegExp(`^It is written like this: ${usage}\\b`));
    }
    expect(await look()).toEqual(before);
    // Whoever wants to stop is never asked to write it in another way.
    expect(await command('/stop it now')).toContain('Nothing was running.');
  });

  it('are done once a key, and tell whoever asks again what they said', async () => {
    gateway = await openGateway();
    await say('one');
    await say('two');
    const asked = { sessionKey: 'main', message: '/rewind', idempotencyKey: 'back' };
    const first = await gateway.server.call('chat.send', asked);
    expect(first.reply).toContain('the first was: two');
    await gateway.restart();
    const again = await gateway.server.call('chat.send', asked);
    expect(again).toEqual(first);
    expect(await command('/rewind')).toContain('the first was: one');
  });

  it('leaves what is no command to the agent', async () => {
    gateway = await openGateway({ script: () => [text('A folder.')] });
    expect(await say('/etc/hosts')).toBe('A folder.');
    expect(await say('/nothing of the kind')).toBe('A folder.');
  });

  it('tell who is who', async () => {
    gateway = await openGateway();
    expect(await command('/whoami')).toBe(
      'You are the owner of this gateway, through embedded: owner.\nSession agent:main:main, agent main.',
    );
    const reply = await command('/whoami', { principal: client });
    expect(reply).toContain('key-1');
    expect(reply).toContain('You may: operator.write.');
  });

  it('refuse in words what is not for everybody', async () => {
    gateway = await openGateway();
    await say('one');
    for (const message of ['/fork', '/sessions', '/pin x', '/unpin 1'])
      expect(await command(message, { principal: client })).toMatch(/^You may not use \//);
    expect((await gateway.server.call('sessions.list', {})).sessions).toHaveLength(1);
  });
});

describe('/think', () => {
  it('holds for the session, is told to the model and is taken back', async () => {
    gateway = await openGateway({
      adjust: (config) => void (config.agents.defaults.thinking = 'low'),
    });
    expect(await command('/think')).toContain('in this session: low.');
    expect(await command('/think HIGH')).toBe(
      'From now on, how much the model thinks in this session: high.',
    );
    expect(await command('/think')).toContain('in this session: high.');
    const read = await gateway.server.call('sessions.get', { sessionKey: 'main' });
    expect(read.thinking).toBe('high');
    await gateway.restart();
    expect(await command('/think')).toContain('in this session: high.');
    expect(await command('/think', { sessionKey: 'other' })).toContain('in this session: low.');
    expect(await command('/think default')).toContain('as the agent is set to: low');
    const patched = { sessionKey: 'main', thinking: 'max' } as const;
    expect((await gateway.server.call('sessions.patch', patched)).thinking).toBe('max');
    expect(await command('/think')).toContain('in this session: max.');
  });
});

describe('/usage', () => {
  it('sums up what a session used, and for the owner all sessions', async () => {
    gateway = await openGateway();
    expect(await command('/usage')).toContain('no model was asked in the last 30 days');
    await say('one');
    await say('two', 'other');
    const reply = await command('/usage 7');
    expect(reply).toMatch(/^This session, last 7 days: 1 calls, [\d,]+ tokens in \(0 of them/);
    expect(reply).toMatch(/\nAll sessions: 2 calls, /);
    expect(await command('/usage', { principal: client })).not.toContain('All sessions');
  });

  it('tells the owner of the budgets that hold here', async () => {
    gateway = await openGateway({
      adjust: (config) => void (config.budgets.gateway = { usdPerDay: 2, action: 'stop' }),
    });
    expect(await command('/usage')).toContain('Budget today, gateway: $0.00 of $2.00 are spent.');
  });
});

describe('/tools, /memory and /context', () => {
  it('list the tools of whoever asks, and describe one', async () => {
    gateway = await openGateway({
      adjust: (config) => void (config.tools.deny = ['math_eval']),
    });
    const reply = await command('/tools');
    expect(reply).toContain('current_time');
    expect(reply).not.toContain('math_eval');
    expect(await command('/tools current_time')).toMatch(/^current_time \(read\): /);
    expect(await command('/tools math_eval')).toContain('There is no tool math_eval here.');
  });

  it('ask the memory as the agent would for the same person', async () => {
    gateway = await openGateway();
    expect(await command('/memory')).toContain('Nothing is remembered yet.');
    await gateway.server.call('memory.write', {
      path: 'memory/garden.md',
      text: '# Garden\n\n- The roses are cut in March.\n',
    });
    expect(await command('/memory')).toContain('memory/garden.md');
    expect(await command('/memory when are roses cut')).toContain('The roses are cut in March.');
    // What is the owner's is not found by others.
    expect(await command('/memory roses', { principal: client })).not.toContain('March');
  });

  it('are refused where the policy gives no such tool', async () => {
    gateway = await openGateway({
      adjust: (config) => void (config.tools.deny = ['memory_search']),
    });
    expect(await command('/memory roses')).toBe('You may not use /memory here.');
  });

  it('tell what a request holds, by part', async () => {
    gateway = await openGateway();
    expect(await command('/context')).toContain('In use: nothing was asked yet.');
    await say('one');
    const reply = await command('/context');
    expect(reply).toMatch(/^In use: \d+ of 128000 tokens \(\d+ %\)\. Messages of this/);
    expect(reply).toMatch(/\n– identity: \d+/);
    expect(reply).toMatch(/\n– \d+ tools: [\d,]+/);
  });
});

describe('/agent and /sessions', () => {
  it('tell who answers, and to the owner who else there is', async () => {
    gateway = await openGateway({
      config: {
        agents: {
          defaults: { model: 'local/gpt-4.1-mini' },
          list: [{ id: 'main' }, { id: 'coder', identity: { name: 'Cora' } }],
        },
      },
    });
    expect(await command('/agent')).toContain('Others: Cora (coder).');
    expect(await command('/agent', { principal: client })).not.toContain('Cora');
    expect(await command('/agent', { sessionKey: 'agent:coder:main' })).toContain(
      'Here the agent Cora (coder) answers, with local/gpt-4.1-mini.',
    );
  });

  it('list the newest sessions and find others by their words', async () => {
    gateway = await openGateway();
    for (let n = 1; n <= 12; n += 1) await say('one', `place-${n}`);
    await gateway.server.call('sessions.patch', { sessionKey: 'place-3', title: 'Roses' });
    const reply = await command('/sessions');
    expect(reply.split('\n')).toHaveLength(11);
    expect(reply).toContain('/sessions and some words');
    expect(await command('/sessions roses')).toMatch(
      /^– agent:main:place-3 “Roses”: 2 messages, last at \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    );
    expect(await command('/sessions nothing-like-it')).toBe('There is no such session.');
  });
});

describe('/rewind and /fork', () => {
  const said = async (sessionKey = 'main'): Promise<string[]> => {
    const { entries } = await gateway.server.call('chat.history', { sessionKey });
    return entries.flatMap(({ messages: told }) =>
      told.flatMap(({ role, parts }) =>
        role === 'user' ? parts.flatMap((part) => ('text' in part ? [part.text] : [])) : [],
      ),
    );
  };

  it('takes back questions with their answers, and never twice', async () => {
    gateway = await openGateway();
    expect(await command('/rewind')).toContain('no question in this conversation');
    for (const word of ['one', 'two', 'three', 'four']) await say(word);
    expect(await command('/rewind')).toContain(
      'Taken back, with the answers: 1 (the first was: four',
    );
    expect(await said()).toEqual(['one', 'two', 'three']);
    expect(await command('/rewind 2')).toContain('answers: 2 (the first was: two)');
    await gateway.restart();
    expect(await said()).toEqual(['one']);
    await say('five');
    const asked = gateway.model.calls.at(-1)?.messages ?? [];
    expect(asked.filter(({ role }) => role === 'user').map(({ text: words }) => words)).toEqual([
      'one',
      'five',
    ]);
    expect(await command('/rewind 50')).toContain('answers: 2 (the first was: one)');
    expect(await said()).toEqual([]);
  });

  it('stops the answer to the question that it takes back', async () => {
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<never>();
    gateway = await openGateway({
      script: async (call) => {
        if (!call.messages.some(({ text: words }) => words.includes('slow'))) return [text('Yes.')];
        asked.resolve();
        return answered.promise;
      },
    });
    await say('one');
    const draft = { sessionKey: 'main', message: 'slow', idempotencyKey: 'slow' };
    const { runId } = await gateway.server.call('chat.send', draft);
    await asked.promise;
    expect(await command('/rewind')).toContain('the first was: slow');
    const { status } = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(status).toMatch(/aborted|cancelled/);
    expect(await said()).toEqual(['one']);
  });

  it('goes on in a new session that the page lists', async () => {
    gateway = await openGateway();
    expect(await command('/fork')).toContain('Nothing was said here yet');
    await say('one');
    const reply = await command('/fork The other way');
    const [, sessionKey = ''] = /: (agent:\S+)\. /.exec(reply) ?? [];
    const { sessions } = await gateway.server.call('sessions.list', {});
    expect(sessions.find((session) => session.sessionKey === sessionKey)).toMatchObject({
      title: 'The other way',
      messages: 2,
    });
    await say('two', sessionKey);
    expect(await said(sessionKey)).toEqual(['one', 'two']);
    expect(await said()).toEqual(['one']);
  });
});
