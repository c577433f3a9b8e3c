import { readFile } from 'node:fs/promises';
import { answerText } from '@cuttle/core-types';
import { expect, it } from 'vitest';
import { createClient } from './index.ts';
import { openLocalGateway } from './testing/local-gateway.ts';
import { createLocalSession } from './testing/local-session.ts';

it('does what the README says', async ({ signal }) => {
  await using gateway = await openLocalGateway();
  const local = createLocalSession(gateway);
  gateway.answer('chat.send', () => {
    local.beginStep('r1', 1);
    local.say('Hello!');
    local.endStep();
    local.endRun();
    return { runId: 'r1', status: 'accepted' };
  });
  gateway.answer('agent.wait', ({ runId }) => ({ runId, status: 'completed', text: 'Hello!' }));
  const { url } = gateway;
  const token = 'secret';
  const shown: string[] = [];
  const show = (answers: readonly string[]): void => void shown.push(...answers);

  // The example, word for word.
  const client = createClient({
    url,
    token,
    client: { id: 'my-program', version: '1.0.0', platform: 'node', mode: 'script' },
  });
  const session = client.follow('main', {}, signal);
  session.subscribe(({ runs }) => show(runs.map(({ view }) => answerText(view)))); // while it grows

  const params = { sessionKey: 'main', message: 'hi', idempotencyKey: crypto.randomUUID() };
  const { runId } = await client.call('chat.send', params, signal);
  const { text } = await client.call('agent.wait', { runId, timeoutMs: 60_000 }, signal);
  client.close();

  expect(text).toBe('Hello!');
  const [readme, own] = await Promise.all(
    ['../README.md', './readme-example.test.ts'].map((name) =>
      readFile(new URL(name, import.meta.url), 'utf8'),
    ),
  );
  const example = /```ts\n[^]*?\n\n([^]*?)```/.exec(readme ?? '')?.[1] ?? 'no example';
  expect(own?.replaceAll(/^ {2}/gm, '')).toContain(example);
});
