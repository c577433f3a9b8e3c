import type { Channel } from '@cuttle/core-types/ports';
import {
  type ChannelFixture,
  type ChannelPlatform,
  describeChannel,
  openWebhookGateway,
  type WebhookGateway,
  type PlatformEvent,
  type Trouble,
} from '@cuttle/testkit/channel-contract';
import {
  type Fault,
  openWhatsappServer,
  type PendingChange,
  type Said,
  type WhatsappServer,
} from '@cuttle/testkit/whatsapp';
import { whatsappLacks } from '../conformance.ts';
import { createWhatsappChannel } from './channel.ts';
import { WhatsappOptions } from './options.ts';

const people = { ann: '491701234567', ben: '491707654321' } as const;
const verifyToken = 'a-word-of-ours';

describeChannel(
  'whatsapp',
  async (deps) => {
    const server = await openWhatsappServer({ webhookRetryMs: 2 });
    server.person({ phone: people.ann, name: 'Ann' });
    server.person({ phone: people.ben, name: 'Ben' });
    const closed = await closedAddress();
    const gateway = await openWebhookGateway();
    const open = (graphUrl: string): Channel =>
      createWhatsappChannel(
        WhatsappOptions.parse({
          accessToken: server.accessToken,
          appSecret: server.appSecret,
          phoneNumberId: server.numbers[0]?.id,
          webhookUrl: gateway.url,
          verifyToken,
          graphUrl,
        }),
        deps,
      );
    return {
      platform: toPlatform(server, gateway),
      open: () => open(server.url),
      openUnreachable: () => open(closed),
      serve: (channel, door, signal) => gateway.serve(channel, door, signal),
      delivery: (kind) => delivery(server, kind),
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  },
  whatsappLacks,
);

/** Where nobody listens any more. */
async function closedAddress(): Promise<string> {
  await using gone = await openWhatsappServer();
  return gone.url;
}

const fileKinds = { picture: 'image', voice: 'voice', file: 'document' } as const;

function toPlatform(server: WhatsappServer, gateway: WebhookGateway): ChannelPlatform {
  const numberId = server.numbers[0]?.id ?? '';
  const told = ({ messageId, change }: Said): PlatformEvent => ({ messageId, ref: change });
  const pushed = (message: Readonly<Record<string, string | number>>): PlatformEvent => {
    const metadata = {
      display_phone_number: server.numbers[0]?.phone ?? '',
      phone_number_id: numberId,
    };
    const value = { messaging_product: 'whatsapp', metadata, messages: [message] };
    const change = server.push({ numberId, person: people.ann, field: 'messages', value });
    return { messageId: '', ref: change };
  };
  const changeOf = ({ ref }: PlatformEvent) => ref as PendingChange; // as `told` and `pushed` put it
  return {
    accountId: numberId,
    personId: (person) => people[person],
    chatId: () => people.ann,
    target: () => ({ waId: people.ann }),
    say({ from = 'ann', text, replyTo, picture, file }) {
      const bytes = new Uint8Array([1]);
      return told(
        server.say({
          from: people[from],
          text,
          ...(replyTo !== undefined && { replyTo }),
          ...(picture === true && { file: { kind: 'image', bytes } }),
          ...(file && { file: { ...file, kind: fileKinds[file.kind] } }),
        }),
      );
    },
    edit: () => {
      throw new TypeError('The API tells of no edits');
    },
    press: (messageId, label) => told(server.press({ from: people.ann, messageId, button: label })),
    echoOwn: () =>
      pushed({
        from: server.numbers[0]?.phone ?? '',
        id: 'wamid.own',
        timestamp: '1',
        type: 'text',
      }),
    deliverUnreadable: () => pushed({ id: 5, type: 'text' }),
    redeliver: (event) => server.sendDuplicate(changeOf(event)),
    isAcknowledged: (event) => server.isConfirmed(changeOf(event)),
    visible: () =>
      server
        .visible(people.ann)
        .map(({ id, text, replyTo }) => ({ messageId: id, text: asMeant(text), replyTo })),
    sentFiles: () =>
      server
        .files(people.ann)
        .map(({ messageId, caption, name, bytes }) => ({ messageId, text: caption, name, bytes })),
    visibleCalls: () => server.calls('send').length,
    typing: () => server.reads.filter(({ typing }) => typing).length,
    commands: () => server.numbers[0]?.commands.map(({ name }) => name) ?? [],
    deleteMessage: () => {
      throw new TypeError('What a number sent stays');
    },
    fail(calls, trouble, times = 1) {
      const names = {
        connect: 'number',
        receive: 'configure',
        send: 'send',
        edit: 'send',
        typing: 'read',
        fetch: 'file',
      } as const;
      server.fail({ call: names[calls], times, ...faultOf(trouble) });
    },
    forgetFiles: () => server.forgetFiles(),
    fetches: () => server.calls('file').length,
    revoke: () => server.revokeToken(),
    dropConnections: () => server.dropConnections(),
    isListening: () =>
      gateway.isServing() && server.calls('configure').some(({ status }) => status === 200),
    waitFor: (predicate, signal) => server.waitFor(predicate, signal),
  };
}

/** WhatsApp has no escape: what keeps a character from being a mark is read as nothing, and a stand-in as what it stands for. */
function asMeant(text: string): string {
  return text.replaceAll('\u200A', '').replaceAll('ˋ', '`');
}

function faultOf(trouble: Trouble): Pick<Fault, 'act' | 'when'> {
  const faults: Readonly<Record<Trouble, Pick<Fault, 'act' | 'when'>>> = {
    'rate-limited': { act: { code: 130_429, retryAfter: 7 } },
    'server-error': { act: { code: 131_016 } },
    'cut-before': { act: 'cut' },
    'cut-after': { act: 'cut', when: 'after' },
    blocked: { act: { code: 131_026 } },
    invalid: { act: { code: 131_009, details: 'interactive.body is too long' } },
    auth: { act: { code: 190 } },
    formatting: { act: { code: 131_009 } },
    hang: { act: 'hang' },
  };
  return faults[trouble];
}

function delivery(
  server: WhatsappServer,
  kind: Parameters<NonNullable<ChannelFixture['delivery']>>[0],
): Request {
  const metadata = { display_phone_number: '15550783881', phone_number_id: server.numbers[0]?.id };
  const message = {
    from: people.ann,
    id: 'wamid.one',
    timestamp: '1',
    type: 'text',
    text: { body: 'hi' },
  };
  const changes = [{ field: 'messages', value: { metadata, messages: [message] } }];
  const whole = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ changes }] });
  const bodies = { 'not-json': 'not json', huge: `{"x":"${'y'.repeat(4_000_000)}"}` };
  const body = kind === 'not-json' || kind === 'huge' ? bodies[kind] : whole;
  const signature = server.sign(kind === 'wrong-secret' ? `${body} ` : body);
  return new Request('http://gateway.test/hooks/whatsapp/main', {
    method: 'POST',
    body,
    headers: kind === 'no-secret' ? {} : { 'x-hub-signature-256': signature },
  });
}
