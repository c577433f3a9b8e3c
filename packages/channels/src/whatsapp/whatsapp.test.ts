import type { Channel, ChannelInbound, Door, OutboundFile } from '@cuttle/core-types/ports';
import { createInstantClock } from '@cuttle/testkit/channel-contract';
import { openWhatsappServer, type WhatsappServer } from '@cuttle/testkit/whatsapp';
import { describe, expect, it } from 'vitest';
import { createWhatsappChannel } from './channel.ts';
import { WhatsappOptions } from './options.ts';

const ann = '491701234567';
const soon = (): AbortSignal => AbortSignal.timeout(5000);

interface World extends AsyncDisposable {
  readonly server: WhatsappServer;
  readonly channel: Channel;
  readonly warnings: string[];
}

async function openWorld(more: object = {}): Promise<World> {
  const server = await openWhatsappServer();
  server.person({ phone: ann, name: 'Ann' });
  const warnings: string[] = [];
  const quiet = (): void => {};
  const warn = (message: string): void => void warnings.push(message);
  const log = { debug: quiet, info: quiet, warn, error: quiet };
  const options = WhatsappOptions.parse({
    accessToken: server.accessToken,
    appSecret: server.appSecret,
    phoneNumberId: Number(server.numbers[0]?.id),
    verifyToken: 'word',
    graphUrl: `${server.url}/`,
    ...more,
  });
  const clock = createInstantClock();
  const channel = createWhatsappChannel(options, { fetch, clock, log, random: () => 1 });
  return { server, channel, warnings, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** What the door takes of a delivery of these changes. */
async function take({ server, channel }: World, changes: readonly object[]) {
  const accepted: ChannelInbound[] = [];
  const door: Door = {
    accept: (event) => Promise.resolve(void accepted.push(event)),
  };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ changes }] });
  const request = new Request('http://gateway.test/hooks/whatsapp/main', {
    method: 'POST',
    body,
    headers: { 'x-hub-signature-256': server.sign(body) },
  });
  const response = await channel.webhook?.receive(request, door, soon());
  expect(response?.status).toBe(200);
  return accepted;
}

function changeOf(messages: readonly object[], phoneNumberId = '106540352242922'): object {
  const metadata = { display_phone_number: '15550783881', phone_number_id: phoneNumberId };
  return { field: 'messages', value: { metadata, messages } };
}

const message = (id: string, more: object = { type: 'text', text: { body: id } }): object => ({
  from: ann,
  id,
  timestamp: '1700000000',
  ...more,
});

async function sendAll({ channel }: World, answer: Parameters<Channel['render']>[0]) {
  for (const part of channel.render(answer))
    await channel.send({ kind: 'send', target: { waId: ann }, part, idempotencyKey: 'k' }, soon());
}

describe('the handshake', () => {
  const ask = (world: World, token: string) =>
    world.channel.webhook?.receive(
      new Request(
        `http://gateway.test/hooks/whatsapp/main?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`,
      ),
      { accept: () => Promise.reject(new Error('nothing is accepted')) },
      soon(),
    );

  it('gives back the challenge for our word alone', async () => {
    await using world = await openWorld();
    expect(await (await ask(world, 'word'))?.text()).toBe('1158201444');
    await expect(ask(world, 'wrong')).rejects.toMatchObject({ code: 'access.unauthenticated' });
  });
});

describe('a delivery', () => {
  it('of several messages is taken in order, other numbers and kinds are not', async () => {
    await using world = await openWorld();
    const accepted = await take(world, [
      changeOf([message('one'), message('two')]),
      changeOf([message('theirs')], '999999999'),
      { field: 'account_alerts', value: {} },
      changeOf([message('heart', { type: 'reaction', reaction: { message_id: 'one' } })]),
    ]);
    expect(accepted.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(world.warnings).toMatchObject([expect.stringContaining('another number')]);
  });

  it('of reactions is taken where the owner wants them, but for those taken back', async () => {
    const heart = { message_id: 'wamid.one', emoji: '❤️' };
    const changes = [
      changeOf([
        message('r1', { type: 'reaction', reaction: heart }),
        message('r2', { type: 'reaction', reaction: { message_id: 'wamid.one' } }),
        message('r3', { type: 'reaction', reaction: 'broken' }),
        message('r4', { type: 'reaction' }),
      ]),
    ];
    await using deaf = await openWorld();
    expect(await take(deaf, changes)).toEqual([]);
    await using world = await openWorld({ reactionNotifications: 'own' });
    expect(await take(world, changes)).toMatchObject([
      {
        kind: 'reaction',
        externalId: 'reaction:r1',
        messageId: 'wamid.one',
        reaction: '❤️',
        sender: { id: ann },
      },
    ]);
  });

  it('of something that the API does not pass on, or new, says so', async () => {
    await using world = await openWorld();
    const accepted = await take(world, [
      changeOf([
        message('a', { type: 'unsupported', errors: [{ code: 131_051 }] }),
        message('b', { type: 'location', location: { latitude: 1, longitude: 2 } }),
        message('c', { type: 'image', image: { broken: true } }),
      ]),
    ]);
    expect(accepted.map(({ media }) => media)).toEqual([
      [{ kind: 'message that WhatsApp does not pass on' }],
      [{ kind: 'location' }],
      [{ kind: 'image' }],
    ]);
  });

  it('that says a message failed is told in the log with what helps', async () => {
    await using world = await openWorld();
    const statuses = [{ id: 'wamid.x', status: 'failed', errors: [{ code: 131_047 }] }];
    const metadata = { phone_number_id: '106540352242922' };
    await take(world, [{ field: 'messages', value: { metadata, statuses } }]);
    expect(world.warnings).toMatchObject([expect.stringContaining('24 hours')]);
  });

  it.each([null, 5, [], {}, { entry: 'x' }])('of %j is kept whole', async (raw) => {
    await using world = await openWorld();
    const body = JSON.stringify(raw);
    const accepted: ChannelInbound[] = [];
    const request = new Request('http://gateway.test/', {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': world.server.sign(body) },
    });
    const accept = (event: ChannelInbound) => Promise.resolve(void accepted.push(event));
    await world.channel.webhook?.receive(request, { accept }, soon());
    expect(accepted).toMatchObject([{ kind: 'unparsed', raw }]);
  });
});

describe('a message', () => {
  it('outside of the window says what to do', async () => {
    await using world = await openWorld();
    world.server.fail({ call: 'send', act: { code: 131_047 } });
    await expect(sendAll(world, { text: 'late' })).rejects.toMatchObject({
      code: 'channel.blocked',
      message: expect.stringContaining('24 hours'),
      hint: expect.stringContaining('write first'),
    });
  });

  it.each([
    [
      { code: 131_056 },
      {
        code: 'channel.rate-limited',
        retryAfterMs: 6000,
        details: { graph: 131_056, scope: 'conversation' },
      },
    ],
    [{ code: 131_031 }, { code: 'channel.auth' }],
    [{ code: 131_000 }, { code: 'channel.unavailable', details: { reached: false } }],
    [{ status: 504, body: '<html>' }, { code: 'channel.unavailable' }],
    [{ status: 200, body: '{"messages"' }, { code: 'channel.unavailable' }],
  ])('refused by %j is %j', async (act, expected) => {
    await using world = await openWorld();
    world.server.fail({ call: 'send', act });
    await expect(sendAll(world, { text: 'x' })).rejects.toMatchObject(expected);
  });

  it('never tells the token that Meta repeats', async () => {
    await using world = await openWorld();
    const { accessToken } = world.server;
    const said = `Malformed access token ${accessToken}`;
    world.server.fail({ call: 'send', act: { code: 190, message: said } });
    const failure = await sendAll(world, { text: 'x' }).catch((error: unknown) => error);
    expect(String(failure)).toContain('Malformed access token [token]');
    expect(String(failure)).not.toContain(accessToken);
  });

  it('with few short buttons has buttons, with more or much text a list', async () => {
    await using world = await openWorld();
    const choice = (count: number) => [
      Array.from({ length: count }, (_, at) => ({ label: `Choice ${at}`, token: `t${at}` })),
    ];
    await sendAll(world, { text: 'Few?', buttons: choice(3) });
    await sendAll(world, { text: 'Many?', buttons: choice(12) });
    await sendAll(world, { text: 'word '.repeat(300), buttons: choice(2) });
    const seen = world.server.visible(ann).map(({ buttons }) => buttons);
    expect(seen.map((buttons) => [buttons.length, buttons[0]?.kind])).toEqual([
      [3, 'button_reply'],
      [10, 'list_reply'],
      [2, 'list_reply'],
    ]);
  });

  it('that would be an edit quotes what it changes; a deletion is refused', async () => {
    await using world = await openWorld();
    await sendAll(world, { text: 'May I?' });
    const receipt = { messageId: world.server.visible(ann)[0]?.id ?? '' };
    const [part] = world.channel.render({ text: 'Allowed.' });
    if (part === undefined) throw new Error('Nothing was rendered');
    const request = { target: { waId: ann }, part, receipt, idempotencyKey: 'k' };
    await world.channel.send({ ...request, kind: 'edit' }, soon());
    expect(world.server.visible(ann)).toMatchObject([
      { text: 'May I?' },
      { text: 'Allowed.', replyTo: receipt.messageId },
    ]);
    await expect(world.channel.send({ ...request, kind: 'delete' }, soon())).rejects.toMatchObject({
      code: 'channel.invalid',
    });
  });
});

describe('a file', () => {
  const content = new TextEncoder().encode('# words');
  const file = {
    sha256: 'a',
    kind: 'document',
    mimeType: 'text/markdown',
    name: 'notes.md',
    bytes: content.length,
  } as const;
  const send = async ({ channel }: World, more: Partial<OutboundFile> = {}) => {
    const sent = { ...file, ...more };
    for (const part of channel.render({ text: 'Here.', files: [sent] })) {
      const request = { kind: 'send', target: { waId: ann }, part, idempotencyKey: 'k' } as const;
      const files = part.files && { files: [{ ...sent, content }] };
      await channel.send({ ...request, ...files }, soon());
    }
  };

  it('of a type that Meta does not know goes as what it is near to, or is not taken', async () => {
    await using world = await openWorld();
    await send(world);
    expect(world.server.files(ann)).toMatchObject([
      { kind: 'document', name: 'notes.md', caption: 'Here.' },
    ]);
    const { uploads } = world.channel;
    expect(uploads?.takes?.(file)).toBe(true);
    expect(uploads?.takes?.({ ...file, mimeType: 'application/zip' })).toBe(false);
  });

  it('that is too large for a picture or a film goes as a document', async () => {
    await using world = await openWorld();
    await send(world, { mimeType: 'image/png', bytes: 6_000_000 });
    await send(world, { mimeType: 'image/png' });
    await send(world, { mimeType: 'audio/ogg' });
    expect(world.server.files(ann).map(({ kind }) => kind)).toEqual(['document', 'image', 'audio']);
    // A recording has no words under it.
    const texts = world.server.visible(ann).map(({ text }) => text);
    expect(texts).toEqual(['Here.', 'Here.', 'Here.', '']);
  });

  it.each([
    [
      { status: 504, body: 'late' },
      { code: 'channel.unavailable', details: { reached: false } },
    ],
    [
      { status: 200, body: '{}' },
      { code: 'channel.unavailable', details: { reached: false } },
    ],
    ['cut', { code: 'channel.unavailable', details: { reached: false } }],
    [{ code: 130_429 }, { code: 'channel.rate-limited' }],
    [{ code: 190 }, { code: 'channel.auth' }],
  ] as const)('that could not be given to Meta (%j) was not sent', async (act, expected) => {
    await using world = await openWorld();
    world.server.fail({ call: 'upload', act, when: 'after' });
    await expect(send(world)).rejects.toMatchObject(expected);
    expect(world.server.visible(ann)).toEqual([]);
  });
});

it('reads files nowhere but at Meta', async () => {
  await using world = await openWorld();
  const elsewhere = JSON.stringify({ url: 'https://evil.example/file' });
  world.server.fail({ call: 'media', act: { status: 200, body: elsewhere } });
  await expect(
    world.channel.media?.fetch({ ref: { mediaId: '1' }, maxBytes: 10 }, soon()),
  ).rejects.toMatchObject({ code: 'media.gone' });
});

it('takes an address as people write it', async () => {
  await using world = await openWorld();
  expect(world.channel.address('+49 170 1234567')).toMatchObject({ key: ann, group: false });
  expect(world.channel.address('@ann')).toBeUndefined();
});
