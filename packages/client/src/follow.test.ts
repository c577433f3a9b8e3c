import { type Message, textOf } from '@cuttle/core-types';
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  oneof,
  record,
  string,
} from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalGateway, openLocalGateway } from './testing/local-gateway.ts';
import { createLocalSession, type LocalSession } from './testing/local-session.ts';
import { type Client, createClient } from './client.ts';
import type { Follow, FollowedSession } from './follow.ts';

const open: AsyncDisposable[] = [];

interface Scene extends AsyncDisposable {
  readonly gateway: LocalGateway;
  readonly session: LocalSession;
  readonly client: Client;
}

async function openScene(): Promise<Scene> {
  const gateway = await openLocalGateway();
  const client = createClient({
    url: gateway.url,
    client: { id: 'test', version: '0', platform: 'node', mode: 'test' },
    backoff: { firstMs: 1, maxMs: 1 },
  });
  const scene = {
    gateway,
    client,
    session: createLocalSession(gateway),
    async [Symbol.asyncDispose]() {
      client.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
  open.push(scene);
  return scene;
}

afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

/** The words on the screen, from top to bottom. */
function shown({ entries, runs, queued }: FollowedSession): string[] {
  return [
    ...entries.flatMap(({ messages }) => messages.map((message: Message) => textOf(message))),
    ...runs.flatMap(({ view }) => view.blocks.map(({ text }) => text)),
    ...queued.map(({ text }) => `(${text})`),
  ];
}

async function until(
  follow: Follow,
  holds: (state: FollowedSession) => boolean,
): Promise<FollowedSession> {
  for await (const state of follow) if (holds(state)) return state;
  throw new Error('The follow ended.');
}
const live = ({ phase }: FollowedSession): boolean => phase === 'live';
const showing =
  (...words: string[]) =>
  (state: FollowedSession): boolean =>
    state.phase === 'live' && JSON.stringify(shown(state)) === JSON.stringify(words);

describe('follow', () => {
  it('shows what was said, what waits and what is being said, each once', async ({ signal }) => {
    const { client, session } = await openScene();
    session.queue('i1', 'hi');
    session.beginStep('r1', 1);
    session.say('Hel');
    const follow = client.follow('main', {}, signal);
    await until(follow, showing('hi', 'Hel'));
    session.say('lo');
    session.queue('i2', 'and then?');
    await until(follow, showing('hi', 'Hello', '(and then?)'));
    session.endStep();
    session.endRun();
    const state = await until(follow, ({ runs }) => runs.length === 0);
    expect(shown(state)).toEqual(['hi', 'Hello', '(and then?)']);
    expect(state.sessionKey).toBe('agent:main:main');
    session.beginStep('r2', 1);
    session.say('Well.');
    await until(follow, showing('hi', 'Hello', 'and then?', 'Well.'));
    expect(follow.current.activeRunId).toBe('r2');
  });

  it('follows a session that nobody wrote to yet', async ({ signal }) => {
    const { client, session, gateway } = await openScene();
    const follow = client.follow('main', {}, signal);
    await until(follow, live);
    session.queue('i1', 'first words');
    session.beginStep('r1', 1);
    session.say('Welcome');
    await until(follow, showing('first words', 'Welcome'));
    gateway.peers[0]?.cut();
    await until(follow, ({ phase }) => phase === 'interrupted');
    session.say('!');
    expect(shown(await until(follow, live))).toEqual(['first words', 'Welcome!']);
  });

  it('goes on after a cut in the middle of a word', async ({ signal }) => {
    const { client, session, gateway } = await openScene();
    session.beginStep('r1', 1);
    const follow = client.follow('main', {}, signal);
    await until(follow, live);
    session.say('one ');
    await until(follow, showing('one '));
    const interrupted = until(follow, ({ phase }) => phase === 'interrupted');
    gateway.peers[0]?.cut();
    expect(shown(await interrupted)).toEqual(['one ']);
    session.say('two ');
    session.endStep();
    session.beginStep('r1', 2);
    session.say('three');
    await until(follow, showing('one two ', 'three'));
    session.endStep();
    session.endRun();
    await until(follow, ({ runs }) => runs.length === 0);
    expect(shown(follow.current)).toEqual(['one two ', 'three']);
    expect(
      gateway.received.filter(({ method }) => method === 'chat.history').length,
    ).toBeGreaterThan(1);
  });

  it('hears nothing twice of what comes between its reading and the replay', async ({ signal }) => {
    const { client, session, gateway } = await openScene();
    session.beginStep('r1', 1);
    session.say('a');
    const reading = gateway.next('chat.history');
    const follow = client.follow('main', {}, signal);
    await reading;
    session.say('b');
    session.endStep();
    session.beginStep('r1', 2);
    session.say('c');
    await until(follow, showing('ab', 'c'));
    session.say('d');
    expect(shown(await until(follow, showing('ab', 'cd')))).toEqual(['ab', 'cd']);
  });

  it('loads anew when the events since its last one are gone, and says so', async ({ signal }) => {
    const { client, session, gateway } = await openScene();
    session.queue('i1', 'hi');
    const follow = client.follow('main', {}, signal);
    await until(follow, live);
    const reloads: unknown[] = [];
    client.on('reload', (payload) => reloads.push(payload));
    const interrupted = until(follow, ({ phase }) => phase === 'interrupted');
    gateway.peers[0]?.cut();
    await interrupted;
    session.beginStep('r1', 1);
    session.say('Hello');
    session.endStep();
    session.endRun();
    session.forget();
    await until(follow, showing('hi', 'Hello'));
    expect(reloads).toEqual([{ sessionKey: 'agent:main:main' }]);
  });

  it('reads again what could not be read, and says so meanwhile', async ({ signal }) => {
    const { client, gateway, session } = await openScene();
    const follow = client.follow('main', {}, signal);
    await until(follow, live);
    session.queue('i1', 'hi');
    session.beginStep('r1', 1);
    session.say('Hello');
    await until(follow, showing('hi', 'Hello'));
    gateway.refuseOnce('chat.history', { code: 'internal', message: 'Not now.' });
    session.endStep();
    session.endRun();
    await until(follow, ({ error }) => error?.code === 'internal');
    const state = await until(follow, ({ runs }) => runs.length === 0);
    expect(shown(state)).toEqual(['hi', 'Hello']);
    expect(state.error).toBeUndefined();
  });

  it('asks again for what a gap in the frames swallowed', async ({ signal }) => {
    const { client, session, gateway } = await openScene();
    const follow = client.follow('main', {}, signal);
    await until(follow, live);
    session.beginStep('r1', 1);
    session.say('a');
    await until(follow, showing('a'));
    const resumed = gateway.next('events.resume');
    gateway.peers[0]?.event('tick', {}, 99);
    expect(await resumed).toMatchObject({ method: 'events.resume' });
    expect(shown(await until(follow, live))).toEqual(['a']);
  });

  it('keeps a run that failed before it left an entry', async ({ signal }) => {
    const { client, session } = await openScene();
    const follow = client.follow('main', {}, signal);
    await until(follow, live);
    session.queue('i1', 'hi');
    session.beginStep('r1', 1);
    session.endRun('failed');
    const state = await until(
      follow,
      ({ runs, entries }) => runs[0]?.view.outcome !== undefined && entries.length === 1,
    );
    expect(state.runs).toMatchObject([{ runId: 'r1', view: { outcome: { status: 'failed' } } }]);
    expect(state.activeRunId).toBeUndefined();
  });

  it('trusts the stored answer of a step more than the pieces it heard', async ({ signal }) => {
    const { client, gateway, session } = await openScene();
    const follow = client.follow('main', {}, signal);
    await until(follow, live);
    const message = { role: 'assistant', parts: [{ type: 'text', text: 'whole' }] };
    const data = { type: 'step.end', step: 1, message, finish: 'stop', model: 'm' };
    const usage = { inputTokens: 1, outputTokens: 1 };
    const payload = { runId: 'r9', sessionKey: session.key, seq: 1, stream: 'step' };
    gateway.peers[0]?.event('agent', { ...payload, data: { ...data, usage } });
    expect(shown(await until(follow, ({ runs }) => runs.length > 0))).toEqual(['whole']);
  });

  it('pages upwards', async ({ signal }) => {
    const { client, session } = await openScene();
    for (const step of [1, 2, 3, 4, 5]) {
      session.beginStep('r1', step);
      session.say(String(step));
      session.endStep();
    }
    session.endRun();
    const follow = client.follow('main', { limit: 2 }, signal);
    await until(follow, showing('4', '5'));
    await follow.loadEarlier(signal);
    expect(shown(follow.current)).toEqual(['2', '3', '4', '5']);
    await follow.loadEarlier(signal);
    await follow.loadEarlier(signal);
    expect(shown(follow.current)).toEqual(['1', '2', '3', '4', '5']);
    expect(follow.current.before).toBeUndefined();
  });

  it('ends with its client, saying why', async ({ signal }) => {
    const { client } = await openScene();
    const follow = client.follow('main', {}, signal);
    await until(follow, live);
    client.close();
    const phases: string[] = [];
    for await (const { phase } of follow) phases.push(phase);
    expect(phases).toEqual(['failed']);
    expect(follow.current.error).toMatchObject({ code: 'gateway.not-running' });
  });

  it('ends with its signal', async () => {
    const { client } = await openScene();
    const controller = new AbortController();
    const follow = client.follow('main', {}, controller.signal);
    await until(follow, live);
    controller.abort();
    const rest: FollowedSession[] = [];
    for await (const state of follow) rest.push(state);
    expect(rest).toHaveLength(1);
    expect(client.state.current.status).toBe('open');
  });
});

type Happening =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'step' | 'run' | 'queue' | 'cut' | 'cut and forget' | 'wait' | 'breathe' };

describe('follow, whatever happens in whatever order', () => {
  const happening = oneof<Arbitrary<Happening>[]>(
    record({
      kind: constant('say' as const),
      text: string({ minLength: 1, maxLength: 3 }),
    }),
    constantFrom(
      { kind: 'step' as const },
      { kind: 'run' as const },
      { kind: 'queue' as const },
      { kind: 'cut' as const },
      { kind: 'cut and forget' as const },
      { kind: 'wait' as const },
      { kind: 'breathe' as const },
    ),
  );

  const happen = async (
    one: Happening,
    { session, gateway }: Scene,
    { follow, count }: { follow: Follow; count: number },
  ): Promise<void> => {
    switch (one.kind) {
      case 'say':
        return session.say(one.text);
      case 'queue':
        return session.queue(`i${count}`, `question ${count}`);
      case 'cut':
        return gateway.peers.at(-1)?.cut();
      case 'cut and forget':
        gateway.peers.at(-1)?.cut();
        return session.forget();
      case 'wait':
        await until(follow, live);
        return undefined;
      case 'breathe':
        await new Promise((resolve) => setImmediate(resolve));
        return undefined;
      case 'step':
        session.endStep();
        return session.beginStep(session.activeRunId ?? '', count + 1);
      case 'run':
        session.endStep();
        session.endRun();
        return session.beginStep(`r${count}`, 1);
    }
  };

  it('ends showing what the gateway has', { timeout: 60_000 }, async ({ signal }) => {
    await assert(
      asyncProperty(array(happening, { maxLength: 25 }), async (happenings) => {
        await using scene = await openScene();
        const { client, session } = scene;
        const follow = client.follow('main', {}, signal);
        session.beginStep('r0', 1);
        let count = 0;
        for (const one of happenings) {
          count += 1;
          await happen(one, scene, { follow, count });
        }
        session.endStep();
        session.beginStep(session.activeRunId ?? '', 99);
        session.endStep();
        session.endRun();
        const words = session.entries.flatMap(({ messages }) =>
          messages.map((message) => textOf(message as Message)),
        );
        await until(
          follow,
          ({ phase, runs, queued, entries }) =>
            phase === 'live' &&
            runs.length === 0 &&
            queued.length === 0 &&
            entries.length === words.length,
        );
        expect(shown(follow.current)).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });
});
