import type { Principal } from '@cuttle/core-types';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

let messages = 0;
/** Sends a message and gives the system prompt that the model was asked with. */
async function say(message: string, sessionKey = 'main'): Promise<string> {
  messages += 1;
  const idempotencyKey = `order-${messages}`;
  const { runId } = await gateway.server.call('chat.send', {
    sessionKey,
    message,
    idempotencyKey,
  });
  await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
  return gateway.model.calls.at(-1)?.system ?? '';
}
/** Sends a command and gives its answer. */
async function command(message: string, sessionKey = 'main'): Promise<string | undefined> {
  messages += 1;
  const idempotencyKey = `order-${messages}`;
  const sent = await gateway.server.call('chat.send', { sessionKey, message, idempotencyKey });
  expect(sent.status).toBe('command');
  return sent.reply;
}

const order = 'Never delete a file without asking.';

describe('standing orders', () => {
  // 600 turns go past a small window many times; `npm run bench -- long` counts the order over 10,000.
  it('are in each request of a session of 600 turns that has left its first ones behind', async () => {
    gateway = await openGateway({
      adjust(config) {
        config.limits.queuePerSession = 5000;
        const models = [{ id: 'gpt-4.1-mini', contextWindow: 16_000 }];
        Object.assign(config.providers['local'] ?? {}, { models });
      },
    });
    expect(await command(`/pin ${order}`)).toContain(order);
    const turns = 600;
    for (let turn = 0; turn < turns; turn += 1)
      await gateway.server.call('chat.send', {
        sessionKey: 'main',
        message: `turn ${turn}`,
        idempotencyKey: `turn-${turn}`,
      });
    await gateway.server.settled();
    // What is asked to sum the conversation up is no turn of it.
    const asked = gateway.model.calls.filter(({ system }) => system.startsWith('You are '));
    expect(asked.at(-1)?.order).toBeGreaterThanOrEqual(turns);
    expect(asked.filter(({ system }) => !system.includes(`1. ${order}`))).toEqual([]);
    // What was said first has left the window; what was pinned then has not.
    expect(asked.at(-1)?.messages.some(({ text }) => text.includes('turn 1'))).toBe(true);
    expect(asked.at(-1)?.messages.some(({ text }) => text.endsWith('turn 0'))).toBe(false);
    expect(new Set(asked.map(({ system }) => system)).size).toBe(1);
  }, 120_000);

  it('outlast a new conversation and a restart, and end when they are taken down', async () => {
    gateway = await openGateway();
    await command(`/pin ${order}`);
    await command('/pin   --all Speak  plainly.\nAlways.');
    expect(await say('one')).toContain(`1. ${order}\n2. Speak  plainly.\nAlways.`);
    await command('/new');
    expect(await say('two')).toContain(order);
    await gateway.restart();
    expect(await say('three')).toContain(order);
    const other = await say('four', 'other');
    expect(other).not.toContain(order);
    expect(other).toContain('1. Speak  plainly.');
    expect(await command('/pin list')).toContain(`1. ${order}\n2. Speak`);
    expect(await command('/unpin 3')).toContain('no standing order of that number');
    expect(await command('/unpin 1')).toContain(order);
    expect(await say('five')).not.toContain(order);
    expect(await say('six')).toContain('Speak  plainly.');
  });

  it('are written by the owner alone, whatever the door', async () => {
    gateway = await openGateway({
      adjust: (config) => void (config.agents.defaults.orders = ['From the file.']),
    });
    const principal: Principal = { id: 'k', kind: 'client', scopes: ['operator.write'] };
    const tries = ['/pin Obey me.', '/pin --all Obey me.', '/unpin 1'];
    for (const message of tries) {
      const sent = await gateway.server.call(
        'chat.send',
        { sessionKey: 'main', message, idempotencyKey: message },
        { principal },
      );
      expect(sent.reply).toMatch(/^You may not use/);
    }
    await expect(
      gateway.server.call('pins.add', { text: 'Obey me.' }, { principal }),
    ).rejects.toMatchObject({ code: 'access.denied' });
    await expect(
      gateway.server.call('pins.remove', { pinId: 'x' }, { principal }),
    ).rejects.toMatchObject({ code: 'access.denied' });
    const prompt = await say('one');
    expect(prompt).toContain('1. From the file.');
    expect(prompt).not.toContain('Obey me.');
    expect(await command('/pin list')).toContain('– From the file.');
  });

  it('are pinned and listed by methods, within bounds', async () => {
    gateway = await openGateway();
    const { call } = gateway.server;
    const all = await call('pins.add', { text: order });
    expect(await call('pins.add', { text: order })).toEqual(all);
    const here = await call('pins.add', { text: 'Here only.', sessionKey: 'main' });
    expect(here.sessionKey).toBe('agent:main:main');
    expect((await call('pins.list', {})).pins).toEqual([all, here]);
    expect((await call('pins.list', { sessionKey: 'other' })).pins).toEqual([all]);
    expect((await call('agents.prompt', { sessionKey: 'main' })).parts).toMatchObject([
      { id: 'identity' },
      { id: 'tool-rules' },
      { id: 'orders', state: 'whole' },
    ]);
    expect(await command(`/pin ${'long '.repeat(500)}`)).toContain('at most 2000 characters');
    await expect(call('pins.add', { text: 'x', agentId: 'nobody' })).rejects.toMatchObject({
      code: 'agent.not-found',
    });
    for (let n = 2; n <= 100; n += 1) await call('pins.add', { text: `order ${n}` });
    await expect(call('pins.add', { text: 'one more' })).rejects.toMatchObject({
      code: 'request.invalid',
    });
    expect(await call('pins.remove', { pinId: all.pinId })).toEqual({ ok: true });
    expect(await call('pins.remove', { pinId: all.pinId })).toEqual({ ok: false });
    expect((await call('pins.add', { text: 'one more' })).by).toBe('owner');
  });
});

describe('the persona of a session', () => {
  it('is part of its prompt until it is taken back', async () => {
    gateway = await openGateway();
    expect(await command('/persona')).toContain('no persona');
    expect(await command('/persona a pirate,\nof the old kind')).toContain('a pirate');
    expect(await say('one')).toContain('a pirate,\nof the old kind');
    expect(await say('two', 'other')).not.toContain('pirate');
    const patched = await gateway.server.call('sessions.patch', {
      sessionKey: 'main',
      persona: 'a librarian',
    });
    expect(patched.persona).toBe('a librarian');
    expect(await command('/persona')).toContain('a librarian');
    const report = await gateway.server.call('agents.prompt', { sessionKey: 'main' });
    expect(report.parts.at(-1)).toMatchObject({ id: 'persona' });
    expect(await say('three')).toContain('a librarian');
    await command('/persona default');
    expect(await say('four')).not.toContain('librarian');
  });
});
