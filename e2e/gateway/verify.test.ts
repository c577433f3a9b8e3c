import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { afterEach, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf, type RawClient } from './raw-client.ts';

let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

async function talk(client: RawClient, sessionKey: string): Promise<void> {
  for (const word of ['one', 'two', 'three']) {
    const params = { sessionKey, message: word, idempotencyKey: crypto.randomUUID() };
    const { runId } = payloadOf(await client.call('chat.send', params)) as ResultOf<'chat.send'>; // the method's own result
    payloadOf(await client.call('agent.wait', { runId, timeoutMs: 20_000 }));
  }
}

/** What somebody with the file but without the key can do to a conversation of six entries. */
const tampering: Readonly<Record<string, readonly string[]>> = {
  edited: [
    `UPDATE inbound SET body = replace(body, 'two', 'TWO') WHERE id = (SELECT inbound_id FROM entry WHERE session_id = $session AND seq = 3)`,
  ],
  gapped: [`DELETE FROM entry WHERE session_id = $session AND seq = 3`],
  swapped: [
    `UPDATE entry SET seq = 1001 WHERE session_id = $session AND seq = 1`,
    `UPDATE entry SET seq = 1 WHERE session_id = $session AND seq = 3`,
    `UPDATE entry SET seq = 3 WHERE session_id = $session AND seq = 1001`,
  ],
  cut: [`DELETE FROM entry WHERE session_id = $session AND seq >= 5`],
};

it('finds an edit, a gap, a swap and a cut tail, each where it is, and nothing in what is whole', async () => {
  gateway = await openGateway();
  const client = await gateway.connect();
  const keys = [...Object.keys(tampering), 'whole'];
  for (const key of keys) await talk(client, key);
  const verify = async (
    params: object = {},
    asking: RawClient = client,
  ): Promise<{ whole: boolean; found: Readonly<Record<string, unknown>> }> => {
    const { whole, sessions } = payloadOf(
      await asking.call('sessions.verify', params),
    ) as ResultOf<'sessions.verify'>; // the method's own result
    const found = sessions.map(({ sessionKey = '', findings }) => [
      sessionKey.replace('agent:main:', ''),
      findings.map(({ fault, seq, uptoSeq }) => `${fault} ${seq}-${uptoSeq}`),
    ]);
    return { whole, found: Object.fromEntries(found) };
  };
  expect(await verify()).toEqual({ whole: true, found: {} });

  const db = new DatabaseSync(join(gateway.home, 'data/cuttle.db'), {
    enableForeignKeyConstraints: false,
    timeout: 10_000,
  });
  for (const [key, statements] of Object.entries(tampering)) {
    const row = db.prepare('SELECT id FROM session WHERE key = ?').get(`agent:main:${key}`);
    for (const sql of statements) {
      const done = db.prepare(sql.replaceAll('$session', '?1')).run(String(row?.['id']));
      expect(Number(done.changes)).toBeGreaterThan(0);
    }
  }
  db.close();

  const found = await verify();
  expect(found).toEqual({
    whole: false,
    found: {
      edited: ['changed 3-3'],
      gapped: ['missing 3-3'],
      swapped: ['swapped 1-3'],
      cut: ['cut 5-6'],
    },
  });
  expect((await verify({ sessionKey: 'whole' })).found).toEqual({ whole: [] });
  // A restart heals nothing, and a message more does not hide it.
  await gateway.restart();
  const later = await gateway.connect();
  await talk(later, 'whole');
  expect(await verify({}, later)).toEqual(found);
});
