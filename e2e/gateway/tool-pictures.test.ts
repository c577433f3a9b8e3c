import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { echoScript } from '@cuttle/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf } from './raw-client.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
let gateway: OpenGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

async function openWith(
  inputs: ('text' | 'image')[],
  fetch: { readonly allow: readonly string[] } = { allow: [] },
): Promise<(text: string) => Promise<string>> {
  gateway = await openGateway({
    script: echoScript(),
    config: { tools: { profile: 'full', fetch } },
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

/** A web server of the owner's own network. */
async function openSite(
  picture: Buffer,
): Promise<AsyncDisposable & { readonly host: string; asked(): number }> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    host: `127.0.0.1:${port}`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
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

  it('is fetched from where the owner lets it be fetched, and from nowhere else within', async () => {
    await using site = await openSite(Buffer.from(png, 'base64'));
    const ask = await openWith(['text', 'image'], { allow: [site.host] });
    await ask(`[[tool=web_fetch {"url":"http://${site.host}/cat.png"}]] look`);
    expect(bodies()[1]).toContain(`data:image/png;base64,${png}`);
    expect(bodies()[1]).toContain('The picture cat.png (image/png, 70 bytes, 1×1 pixels).');
    const client = await gateway.connect();
    const { approvals } = payloadOf(
      await client.call('exec.approvals.list', {}),
    ) as ResultOf<'exec.approvals.list'>; // the method's own result
    expect(approvals).toEqual([]);
    await ask('/new');
    await using other = await openSite(Buffer.from(png, 'base64'));
    await ask(`[[tool=web_fetch {"url":"http://${other.host}/cat.png"}]] look`);
    expect(bodies().at(-1)).toContain('it is an internal address');
    expect(other.asked()).toBe(0);
  });

  it('is named to a model that does not', async () => {
    const ask = await openWith(['text']);
    await ask('[[tool=file_read {"path":"photo.png"}]] look');
    expect(bodies()[1]).not.toContain('image_url');
    expect(bodies()[1]).toContain('this model cannot see images and no model that can is set up');
  });
});
