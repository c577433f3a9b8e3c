import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { echoScript } from '@cuttle/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf } from './raw-client.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

async function openWith(inputs: ('text' | 'image')[]): Promise<(text: string) => Promise<string>> {
  gateway = await openGateway({
    script: echoScript(),
    config: { tools: { profile: 'full' } },
    adjust: (parsed) => {
      const { local } = parsed.providers;
      if (!local) throw new TypeError('The configuration has the provider "local".');
      local.models = [{ id: 'gpt-4.1-mini', contextWindow: 128_000, inputs }];
    },
  });
  const workspace = join(gateway.home, 'workspace/main');
  await mkdir(workspace, { recursive: true });
  await writeFile(join(workspace, 'photo.png'), Buffer.from(png, 'base64'));
  const client = await gateway.connect();
  let count = 0;
  return async (message) => {
    const params = { sessionKey: 'main', message, idempotencyKey: `m${(count += 1)}` };
    const { runId } = payloadOf(await client.call('chat.send', params)) as { runId: string }; // the method's own result
    const ended = payloadOf(await client.call('agent.wait', { runId, timeoutMs: 20_000 }));
    return JSON.stringify(ended);
  };
}

const bodies = (): readonly string[] =>
  gateway.model.requests.map(({ body }) =>
    JSON.stringify((body as { messages: unknown }).messages),
  ); // as the client sent it

describe('a picture that a tool reads', () => {
  it('is shown to a model that sees, also in later turns', async () => {
    const ask = await openWith(['text', 'image']);
    await ask('[[tool=file_read {"path":"photo.png"}]] look');
    expect(bodies()[1]).toContain(`data:image/png;base64,${png}`);
    expect(bodies()[1]).toContain('The picture photo.png (image/png, 70 bytes, 1×1 pixels).');
    await ask('and now');
    expect(bodies().at(-1)).toContain(`data:image/png;base64,${png}`);
  });

  it('is named to a model that does not', async () => {
    const ask = await openWith(['text']);
    await ask('[[tool=file_read {"path":"photo.png"}]] look');
    expect(bodies()[1]).not.toContain('image_url');
    expect(bodies()[1]).toContain('this model cannot see images and no model that can is set up');
  });
});
