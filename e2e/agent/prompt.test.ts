import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

let messages = 0;
/** Sends a message and gives the system prompt that the model was asked with. */
async function say(message: string, sessionKey = 'main'): Promise<string> {
  messages += 1;
  const idempotencyKey = `message-${messages}`;
  await gateway.server.call('chat.send', { sessionKey, message, idempotencyKey });
  await gateway.server.settled();
  return gateway.model.calls.at(-1)?.system ?? '';
}

async function put(name: string, text: string): Promise<void> {
  await mkdir(join(gateway.home, 'workspace', 'main'), { recursive: true });
  await writeFile(join(gateway.home, 'workspace', 'main', name), text);
}

describe('the prompt of an agent', () => {
  it('holds the files of its workspace, as they are at each turn', async () => {
    gateway = await openGateway();
    const bare = await say('one');
    expect(bare).toContain('You are Cuttle');
    await put('AGENTS.md', 'Work in small steps.');
    await put('USER.md', 'The owner is called Ada.');
    const first = await say('two');
    expect(first).toContain('# AGENTS.md\n\nWork in small steps.');
    expect(first).toContain('The owner is called Ada.');
    expect(await say('three')).toBe(first);
    expect(await say('four', 'another')).toBe(first);
    await put('MEMORY.md', 'Ada likes tea.');
    const later = await say('five');
    expect(later).toContain('Ada likes tea.');
    expect(later.startsWith(first)).toBe(true);
  });

  it('takes no file from elsewhere', async () => {
    gateway = await openGateway();
    await put('AGENTS.md', 'Mine.');
    const secret = join(gateway.home, 'credentials', 'gateway-token');
    await symlink(secret, join(gateway.home, 'workspace', 'main', 'SOUL.md'));
    const prompt = await say('one');
    expect(prompt).toContain('Mine.');
    expect(prompt).not.toContain(gateway.token);
    const report = await gateway.server.call('agents.prompt', {});
    expect(report.parts.find(({ id }) => id === 'SOUL.md')).toMatchObject({
      state: 'unusable',
      text: '',
    });
  });

  it('is shown part by part', async () => {
    gateway = await openGateway({
      config: { identity: { emoji: '🦑' } },
      adjust: (config) => {
        config.agents.list = [
          { id: 'main', name: 'Ink' },
          { id: 'cook', identity: { name: 'Remy' }, orders: ['Never use nuts.'] },
        ];
      },
    });
    await put('USER.md', 'The owner is called Ada.');
    const { agents } = await gateway.server.call('agents.list', {});
    expect(agents).toMatchObject([
      { agentId: 'main', name: 'Ink', emoji: '🦑', isDefault: true },
      { agentId: 'cook', name: 'Remy', emoji: '🦑', isDefault: false },
    ]);
    const cook = await gateway.server.call('agents.get', { agentId: 'cook' });
    expect(cook.workspace).toBe(join(gateway.home, 'workspace', 'cook'));
    const own = await gateway.server.call('agents.prompt', { agentId: 'cook' });
    expect(own.parts.map(({ id }) => id)).toEqual(['identity', 'tool-rules', 'orders']);
    expect(own.parts.at(-1)?.text).toContain('1. Never use nuts.');
    expect(own.tokens).toBe(own.parts.reduce((sum, { tokens }) => sum + tokens, 0));
    expect(own.tokens).toBeLessThan(2000);
    expect(own.tools.count).toBeGreaterThan(5);
    const group = await gateway.server.call('agents.prompt', {
      sessionKey: 'agent:main:telegram:main:group:-100',
    });
    expect(group).toMatchObject({ agentId: 'main', audience: 'others' });
    expect(group.parts.find(({ id }) => id === 'USER.md')).toMatchObject({
      state: 'private',
      text: '',
    });
    const said = await say('hello', 'agent:cook:main');
    expect(said).toBe(own.parts.map(({ text }) => text).join('\n\n'));
    await expect(gateway.server.call('agents.get', { agentId: 'nobody' })).rejects.toMatchObject({
      code: 'agent.not-found',
    });
  });

  it('keeps the files of a home that had them before there were several agents', async () => {
    gateway = await openGateway();
    await gateway.server.drain(0);
    await rm(join(gateway.home, 'workspace', 'main'), { recursive: true });
    await writeFile(join(gateway.home, 'workspace', 'AGENTS.md'), 'From before.');
    await gateway.restart();
    expect(await say('one')).toContain('From before.');
  });

  it('shows a few tools and those that were found, never what the policy forbids', async () => {
    gateway = await openGateway({
      adjust: (config) => {
        config.tools.lazy = { count: 5, tokens: 12_000, core: ['current_time'] };
        config.tools.deny = ['reminder_set'];
      },
    });
    await say('one');
    const shown = (): readonly string[] | undefined =>
      gateway.model.calls.at(-1)?.tools.map(({ name }) => name);
    expect(shown()).toEqual(['current_time', 'tool_search']);
    await say('[[tool=tool_search {"query":"reminder"}]]');
    expect(shown()).toEqual(['current_time', 'reminder_cancel', 'reminder_list', 'tool_search']);
    await say('three');
    expect(shown()).toContain('reminder_list');
    expect(await say('[[tool=reminder_set {"text":"x","inMinutes":1}]]')).not.toBe('');
    expect(gateway.model.calls.at(-1)?.messages.at(-1)?.text).toContain('no tool named');
    expect(shown()).not.toContain('reminder_set');
    await gateway.restart();
    await say('five');
    expect(shown()).toEqual(['current_time', 'reminder_cancel', 'reminder_list', 'tool_search']);
    await say('six', 'another');
    expect(shown()).toEqual(['current_time', 'tool_search']);
  });
});
