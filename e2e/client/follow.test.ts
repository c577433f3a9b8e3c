import { createClient, type FollowedSession } from '@cuttle/client';
import { type Message, textOf } from '@cuttle/core-types';
import { expect, it } from 'vitest';
import { openCutProxy } from '../browser/cut-proxy.ts';
import { openGateway } from '../gateway/open-gateway.ts';

/** The words of a session, from top to bottom, as a page shows them. */
function shown({ entries, runs }: Pick<FollowedSession, 'entries' | 'runs'>): string[] {
  return [
    ...entries.flatMap(({ messages }) => messages.map((message: Message) => textOf(message))),
    ...runs.flatMap(({ view }) => view.blocks.map(({ text }) => text)),
  ].filter((text) => text !== '');
}

// Many cuts and resumes of one answer: minutes on a busy machine.
it('shows what the gateway has, however often the network is cut while it answers', async ({
  signal,
}) => {
  await using gateway = await openGateway();
  await using network = await openCutProxy(Number(new URL(gateway.url).port));
  using client = createClient({
    url: `http://127.0.0.1:${network.port}`,
    token: gateway.token,
    client: { id: 'test', version: '0', platform: 'node', mode: 'test' },
    backoff: { firstMs: 5, maxMs: 20 },
  });
  const follow = client.follow('main', {}, signal);
  let growth = 0;
  let cuts = 0;
  follow.subscribe((session) => {
    growth += 1;
    if (session.phase === 'live' && growth % 17 === 0 && session.activeRunId !== undefined) {
      cuts += 1;
      network.cut();
      network.mend();
    }
  });
  for (const round of [1, 2, 3, 4, 5]) {
    const message = `round ${round} [[tool=math_eval {"expression":"${round}*2"}]] [[tokens=40]] [[delay=2]]`;
    const params = { sessionKey: 'main', message, idempotencyKey: `k${round}` };
    const { runId } = await client.call('chat.send', params, signal);
    await client.call('agent.wait', { runId, timeoutMs: 30_000 }, signal);
  }
  for await (const session of follow)
    if (
      session.phase === 'live' &&
      session.activeRunId === undefined &&
      session.runs.length === 0 &&
      session.entries.length >= 20
    )
      break;
  const { entries } = await gateway.server.call('chat.history', {
    sessionKey: 'main',
    limit: 1000,
  });
  expect(shown(follow.current)).toEqual(shown({ entries, runs: [] }));
  expect(follow.current.entries.map(({ seq }) => seq)).toEqual(entries.map(({ seq }) => seq));
  expect(gateway.model.calls).toHaveLength(10);
  expect(cuts).toBeGreaterThan(5);
}, 240_000);

it('goes on over a restart of the gateway, and sends what was not acknowledged once', async ({
  signal,
}) => {
  await using gateway = await openGateway();
  await using network = await openCutProxy(Number(new URL(gateway.url).port));
  using client = createClient({
    url: `http://127.0.0.1:${network.port}`,
    token: gateway.token,
    client: { id: 'test', version: '0', platform: 'node', mode: 'test' },
    backoff: { firstMs: 5, maxMs: 20 },
  });
  await client.connect(signal);
  const follow = client.follow('main', {}, signal);
  network.cut();
  const params = { sessionKey: 'main', message: 'over the restart', idempotencyKey: 'k' };
  const sending = client.call('chat.send', params, signal);
  await gateway.restart();
  network.leadTo(Number(new URL(gateway.url).port));
  network.mend();
  const { runId } = await sending;
  await client.call('agent.wait', { runId, timeoutMs: 30_000 }, signal);
  for await (const session of follow)
    if (session.phase === 'live' && session.entries.length === 2 && session.runs.length === 0)
      break;
  expect(shown(follow.current)).toEqual(['over the restart', 'You said: over the restart']);
});
