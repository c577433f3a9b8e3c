import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openWhatsappServer, type WhatsappServer } from './whatsapp-server.ts';

const ann = '491701234567';
const soon = (): AbortSignal => AbortSignal.timeout(5000);

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function call(
  server: WhatsappServer,
  path: string,
  init: { method?: string; body?: unknown; token?: string } = {},
): Promise<Answer> {
  const response = await fetch(`${server.url}/v26.0/${path}`, {
    method: init.method ?? 'POST',
    headers: {
      authorization: `Bearer ${init.token ?? server.accessToken}`,
      'content-type': 'application/json',
    },
    ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function send(server: WhatsappServer, content: object, to = ann): Promise<Answer> {
  const number = server.numbers[0]?.id ?? '';
  return call(server, `${number}/messages`, {
    body: { messaging_product: 'whatsapp', recipient_type: 'individual', to, ...content },
  });
}

const text = (body: string) => ({ type: 'text', text: { body } });

function buttons(titles: readonly string[], body = 'Sure?') {
  const all = titles.map((title) => ({ type: 'reply', reply: { id: `id ${title}`, title } }));
  return {
    type: 'interactive',
    interactive: { type: 'button', body: { text: body }, action: { buttons: all } },
  };
}

interface Hook extends AsyncDisposable {
  readonly url: string;
  readonly received: { readonly body: string; readonly signature: string }[];
  status: number;
  challenge: 'right' | 'wrong';
}

async function openHook(): Promise<Hook> {
  const received: { body: string; signature: string }[] = [];
  const http = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://hook.test');
    if (request.method === 'GET') {
      response.end(hook.challenge === 'right' ? url.searchParams.get('hub.challenge') : 'no');
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = String(request.headers['x-hub-signature-256']);
      received.push({ body: Buffer.concat(chunks).toString(), signature });
      response.writeHead(hook.status).end();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  const hook: Hook = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`,
    received,
    status: 200,
    challenge: 'right',
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
  return hook;
}

async function open(options: Parameters<typeof openWhatsappServer>[0] = {}) {
  const server = await openWhatsappServer({ webhookRetryMs: 1, ...options });
  server.person({ phone: ann, name: 'Ann' });
  return server;
}

describe('messages', () => {
  it('go out, with a quote, and are seen without marks', async () => {
    await using server = await open();
    const { messageId } = server.say({ from: ann, text: 'hi' });
    const { status, body } = await send(server, {
      ...text('*hello* snake_case_name'),
      context: { message_id: messageId },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ contacts: [{ wa_id: ann }] });
    expect(server.visible(ann)).toMatchObject([
      { text: 'hello snake_case_name', replyTo: messageId },
    ]);
  });

  it.each([
    ['no text', text(' ')],
    ['too much text', text('x'.repeat(4097))],
    ['four buttons', buttons(['a', 'b', 'c', 'd'])],
    ['equal buttons', buttons(['a', 'a'])],
    ['a long title', buttons(['x'.repeat(21)])],
    ['a long body over buttons', buttons(['a'], 'x'.repeat(1025))],
    ['no type that there is', { type: 'dance' }],
  ])('with %s are refused', async (_, content) => {
    await using server = await open();
    expect(await send(server, content)).toMatchObject({
      status: 400,
      body: { error: { code: 131_009 } },
    });
    expect(server.visible(ann)).toEqual([]);
  });

  it('of a list are taken up to ten rows', async () => {
    await using server = await open();
    const list = (count: number) => ({
      type: 'interactive',
      interactive: {
        type: 'list',
        body: { text: 'Which?' },
        action: {
          button: 'Choose',
          sections: [
            {
              rows: Array.from({ length: count }, (_, at) => ({ id: `${at}`, title: `row ${at}` })),
            },
          ],
        },
      },
    });
    expect((await send(server, list(10))).status).toBe(200);
    expect((await send(server, list(11))).status).toBe(400);
  });

  it('to nobody, to a barred person, or by a wrong token say why', async () => {
    await using server = await open();
    expect(await send(server, text('x'), '4900000000')).toMatchObject({
      status: 400,
      body: { error: { code: 131_026, error_data: { messaging_product: 'whatsapp' } } },
    });
    server.block(ann, 131_030);
    expect(await send(server, text('x'))).toMatchObject({ body: { error: { code: 131_030 } } });
    server.revokeToken();
    expect(await send(server, text('x'))).toMatchObject({
      status: 401,
      body: { error: { code: 190, type: 'OAuthException' } },
    });
  });

  it('are counted where limits are on', async () => {
    await using server = await open({ limits: { pairBurst: 2 } });
    for (const each of ['one', 'two']) expect((await send(server, text(each))).status).toBe(200);
    expect(await send(server, text('three'))).toMatchObject({ body: { error: { code: 131_056 } } });
  });

  it('outside of the window are taken, and fail by webhook; templates are not', async () => {
    await using hook = await openHook();
    await using server = await open({ windowMs: 1000 });
    await server.setCallback({ url: hook.url, verifyToken: 'v' });
    expect((await send(server, text('late'))).status).toBe(200);
    await server.waitFor(() => hook.received.length > 0, soon());
    expect(hook.received[0]?.body).toContain('"code":131047');
    expect(server.visible(ann)).toEqual([]);
    const template = { name: 'hello_world', language: { code: 'en' } };
    await send(server, { type: 'template', template });
    expect(server.visible(ann)).toMatchObject([{ text: '[hello_world]' }]);
  });

  it('are marked as read, with typing, and reacted to', async () => {
    await using server = await open();
    const { messageId } = server.say({ from: ann, text: 'hi' });
    const number = server.numbers[0]?.id ?? '';
    const read = { messaging_product: 'whatsapp', status: 'read', message_id: messageId };
    const typing = { ...read, typing_indicator: { type: 'text' } };
    expect(await call(server, `${number}/messages`, { body: typing })).toMatchObject({
      body: { success: true },
    });
    expect(server.reads).toEqual([{ messageId, typing: true }]);
    await send(server, { type: 'reaction', reaction: { message_id: messageId, emoji: '👍' } });
    expect(server.reactions).toEqual([{ messageId, emoji: '👍' }]);
  });
});

describe('webhooks', () => {
  it('are set only after the handshake', async () => {
    await using hook = await openHook();
    await using server = await open();
    hook.challenge = 'wrong';
    await expect(server.setCallback({ url: hook.url, verifyToken: 'v' })).rejects.toMatchObject({
      body: { error: { code: 2200 } },
    });
    const [number] = server.numbers;
    const configuration = {
      webhook_configuration: { override_callback_uri: hook.url, verify_token: 'v' },
    };
    const set = () => call(server, number?.id ?? '', { body: configuration });
    expect(await set()).toMatchObject({ status: 400, body: { error: { code: 2200 } } });
    hook.challenge = 'right';
    expect(await set()).toMatchObject({ status: 200 });
    server.say({ from: ann, text: 'hi' });
    await server.waitFor(() => hook.received.length === 1, soon());
  });

  it('are signed, and come again until a 200', async () => {
    await using hook = await openHook();
    await using server = await open();
    await server.setCallback({ url: hook.url, verifyToken: 'v' });
    hook.status = 500;
    const { change } = server.say({ from: ann, text: 'hi' });
    await server.waitFor(() => hook.received.length >= 3, soon());
    expect(server.isConfirmed(change)).toBe(false);
    hook.status = 200;
    await server.waitFor(() => server.isConfirmed(change), soon());
    const [first] = hook.received;
    expect(first?.signature).toBe(server.sign(first?.body ?? ''));
    expect(new Set(hook.received.map(({ body }) => body)).size).toBe(1);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      object: 'whatsapp_business_account',
      entry: [
        {
          changes: [
            {
              field: 'messages',
              value: {
                metadata: { phone_number_id: server.numbers[0]?.id },
                contacts: [{ wa_id: ann, profile: { name: 'Ann' } }],
                messages: [{ from: ann, type: 'text', text: { body: 'hi' } }],
              },
            },
          ],
        },
      ],
    });
  });

  it('may come twice, or several in one request', async () => {
    await using hook = await openHook();
    await using server = await open();
    await server.setCallback({ url: hook.url, verifyToken: 'v' });
    server.pauseDeliveries();
    const { change } = server.say({ from: ann, text: 'one' });
    server.say({ from: ann, text: 'two' });
    server.resumeDeliveries({ together: true });
    await server.waitFor(() => hook.received.length === 1, soon());
    expect(hook.received[0]?.body).toMatch(/"one".*"two"/);
    server.sendDuplicate(change);
    await server.waitFor(() => hook.received.length === 2, soon());
  });

  it('tell of what became of a message, and of a tapped button', async () => {
    await using hook = await openHook();
    await using server = await open();
    await server.setCallback({ url: hook.url, verifyToken: 'v' });
    await send(server, { ...buttons(['Yes', 'No']), biz_opaque_callback_data: 'row 1' });
    const messageId = server.visible(ann)[0]?.id ?? '';
    server.read(messageId);
    server.press({ from: ann, messageId, button: 'No' });
    await server.waitFor(() => server.pendingChanges.length === 0, soon());
    const all = hook.received.map(({ body }) => body).join('\n');
    expect([...all.matchAll(/"status":"(\w+)"/g)].map(([, status]) => status)).toEqual([
      'sent',
      'delivered',
      'read',
    ]);
    expect(all).toContain('"biz_opaque_callback_data":"row 1"');
    expect(all).toContain('"button_reply":{"id":"id No","title":"No"}');
    expect(() => server.press({ from: ann, messageId, button: 'Maybe' })).toThrow('No button');
  });

  it('go to the address of their number', async () => {
    await using first = await openHook();
    await using second = await openHook();
    const numbers = [
      { id: '1001', phone: '15550000001', name: 'One' },
      { id: '1002', phone: '15550000002', name: 'Two' },
    ];
    await using server = await open({ numbers });
    await server.setCallback({ url: first.url, verifyToken: 'v' });
    const body = {
      webhook_configuration: { override_callback_uri: second.url, verify_token: 'v' },
    };
    await call(server, '1002', { body });
    server.say({ from: ann, text: 'to one', to: '1001' });
    server.say({ from: ann, text: 'to two', to: '1002' });
    await server.waitFor(() => server.pendingChanges.length === 0, soon());
    expect(first.received[0]?.body).toContain('to one');
    expect(second.received[0]?.body).toContain('to two');
  });
});

describe('files', () => {
  it('are told of, and downloaded with the token from an address that ends', async () => {
    let time = 1_700_000_000_000;
    await using server = await open({ now: () => time });
    const bytes = new Uint8Array([1, 2, 3]);
    const { change } = server.say({ from: ann, text: 'look', file: { kind: 'image', bytes } });
    const id = /"id":"(9\d+)"/.exec(JSON.stringify(change.value))?.[1] ?? '';
    const { body } = await call(server, id, { method: 'GET' });
    expect(body).toMatchObject({ mime_type: 'image/jpeg', file_size: 3 });
    const get = (token: string) =>
      fetch(String(body['url']), { headers: { authorization: `Bearer ${token}` } });
    expect(new Uint8Array(await (await get(server.accessToken)).arrayBuffer())).toEqual(bytes);
    expect((await get('wrong')).status).toBe(401);
    time += 300_001;
    expect((await get(server.accessToken)).status).toBe(404);
    server.forgetFiles();
    expect(await call(server, id, { method: 'GET' })).toMatchObject({
      status: 400,
      body: { error: { code: 100, error_subcode: 33 } },
    });
  });

  it('are uploaded and sent by their id', async () => {
    await using server = await open();
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('file', new File([new Uint8Array([7])], 'a.pdf', { type: 'application/pdf' }));
    const number = server.numbers[0]?.id ?? '';
    const response = await fetch(`${server.url}/v26.0/${number}/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.accessToken}` },
      body: form,
    });
    const { id } = (await response.json()) as { id: string };
    await send(server, { type: 'document', document: { id, caption: 'here' } });
    expect(server.visible(ann)).toMatchObject([{ text: 'here', mediaId: id }]);
    expect(
      await send(server, { type: 'document', document: { id: '5', caption: 'none' } }),
    ).toMatchObject({ status: 400 });
  });
});

describe('faults', () => {
  it('strike before or after the effect', async () => {
    await using server = await open();
    server.fail({ call: 'send', act: { code: 130_429, retryAfter: 7 } });
    expect(await send(server, text('x'))).toMatchObject({ body: { error: { code: 130_429 } } });
    server.fail({ call: 'send', act: 'cut' });
    await expect(send(server, text('x'))).rejects.toThrow(/./);
    expect(server.visible(ann)).toEqual([]);
    server.fail({ call: 'send', act: 'cut', when: 'after' });
    await expect(send(server, text('x'))).rejects.toThrow(/./);
    expect(server.visible(ann)).toHaveLength(1);
    server.fail({ act: { status: 502, body: '<html>' } });
    await expect(send(server, text('x'))).rejects.toThrow(/./);
    expect(server.calls('send').map(({ state, processed }) => [state, processed])).toEqual([
      ['answered', false],
      ['cut', false],
      ['cut', true],
      ['answered', false],
    ]);
  });

  it('answer what is no call of this API', async () => {
    await using server = await open();
    expect(await call(server, '5/messages', { body: {} })).toMatchObject({ status: 400 });
    expect(await call(server, '5/dance', { body: {} })).toMatchObject({
      status: 400,
      body: { error: { code: 100 } },
    });
  });
});
