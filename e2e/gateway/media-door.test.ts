import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf } from './raw-client.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const html = Buffer.from('<!doctype html><script>alert(1)</script>');
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
/** A picture to its first bytes, a page to who would sniff further. */
const polyglot = Buffer.concat([Buffer.from('GIF89a/*\0'), html]);

let gateway: OpenGateway;
let hashes: readonly string[];
beforeAll(async () => {
  gateway = await openGateway();
  const client = await gateway.connect();
  const attachments = [png, html, svg, polyglot].map((bytes, index) => ({
    mimeType: 'image/png',
    name: `${index}.png`,
    data: bytes.toString('base64'),
  }));
  const params = { sessionKey: 'main', message: 'look', idempotencyKey: 'm', attachments };
  const { runId } = payloadOf(await client.call('chat.send', params)) as { runId: string }; // the method's own result
  await client.call('agent.wait', { runId, timeoutMs: 20_000 });
  const history = JSON.stringify(
    payloadOf(await client.call('chat.history', { sessionKey: 'main' })),
  );
  hashes = [...history.matchAll(/"sha256":"([0-9a-f]{64})"/g)].map(([, hash = '']) => hash);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const at = (index: number, query = ''): string => `/media/${hashes[index] ?? ''}${query}`;

describe('the media of a conversation', () => {
  it('are shown where their bytes are a picture, and never run', async () => {
    const response = await gateway.fetch(at(0, '?name=my%20photo.png'));
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': `inline; filename="my photo.png"; filename*=UTF-8''my%20photo.png`,
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=600',
    });
  });

  it('are files where they could hold a script, whatever they were sent as', async () => {
    for (const index of [1, 2]) {
      const { headers } = await gateway.fetch(at(index));
      expect(headers.get('content-type')).toBe('application/octet-stream');
      expect(headers.get('content-disposition')).toMatch(/^attachment;/);
    }
    const { headers } = await gateway.fetch(at(3));
    expect(headers.get('content-type')).toBe('image/gif');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it('have no name that leaves its header', async () => {
    const name = encodeURIComponent('a"\r\nset-cookie: x=1;é/../\ud800'.toWellFormed());
    const { headers, status } = await gateway.fetch(at(0, `?name=${name}`));
    expect(status).toBe(200);
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('content-disposition')).toMatch(/^inline; filename="[ !#-~]+"; filename\*=/);
  });

  it('are given to nobody without leave, and no file beside them', async () => {
    const url = new URL(at(0), gateway.url);
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Bearer no' } })).status).toBe(401);
    for (const path of ['0'.repeat(64), 'x', '..%2f..%2fcredentials%2fgateway-token', '%00'])
      expect((await gateway.fetch(`/media/${path}`)).status).toBe(404);
  });
});
