import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Channel } from '@cuttle/core-types/ports';
import {
  type ChannelPlatform,
  describeChannel,
  type Place,
  type PlatformEvent,
  type Trouble,
} from '@cuttle/testkit/channel-contract';
import {
  type Fault,
  openWhatsappWeb,
  type PendingMessage,
  type Said,
  type VisibleMessage,
  type WhatsappWeb,
} from '@cuttle/testkit/whatsapp-web';
import type { BridgeProgram } from '../bridge/bridge-host.ts';
import { whatsappWebLacks } from '../conformance.ts';
import { createWhatsappWebChannel } from './channel.ts';
import { WhatsappWebOptions } from './options.ts';

const people = { ann: '491701234567', ben: '491707654321' } as const;
const group = '120363041234567890@g.us';

describeChannel(
  'whatsapp-web',
  async (deps) => {
    const world = await openWhatsappWeb();
    world.person({ phone: people.ann, name: 'Ann' });
    world.person({ phone: people.ben, name: 'Ben' });
    world.group({ id: group, title: 'Friends' });
    const folder = await mkdtemp(join(tmpdir(), 'cuttle-bridge-'));
    const open = (start: () => BridgeProgram): Channel =>
      createWhatsappWebChannel(WhatsappWebOptions.parse({ program: 'scripted' }), {
        ...deps,
        bridges: {
          folder,
          start,
          find: () => Promise.resolve(undefined),
          installCommand: () => '',
        },
      });
    return {
      platform: toPlatform(world),
      open: () => open(() => world.start()),
      openUnreachable: () => open(startNothing),
      async [Symbol.asyncDispose]() {
        await world[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  },
  whatsappWebLacks,
);

/** A program that ends before it said anything. */
function startNothing(): BridgeProgram {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  return { input, output, errors, end: Promise.resolve('it did not start'), kill: () => {} };
}

const fileKinds = { picture: 'image', voice: 'voice', file: 'document' } as const;

function toPlatform(world: WhatsappWeb): ChannelPlatform {
  const chatOf = (place: Place): string => (place === 'group' ? group : people.ann);
  const told = ({ messageId, event }: Said): PlatformEvent => ({ messageId, ref: event });
  const eventOf = ({ ref }: PlatformEvent) => ref as PendingMessage; // as `told` put it
  return {
    accountId: world.account.id,
    personId: (person) => people[person],
    chatId: chatOf,
    target: (place) => ({ chat: chatOf(place) }),
    say({ from = 'ann', text, in: place, mention, replyTo, picture, file }) {
      const bytes = new Uint8Array([1]);
      return told(
        world.say({
          from: people[from],
          text,
          mention,
          replyTo,
          ...(place === 'group' && { in: group }),
          ...(picture === true && { file: { kind: 'image', bytes } }),
          ...(file && { file: { ...file, kind: fileKinds[file.kind] } }),
        }),
      );
    },
    edit: (messageId, text) => told(world.edit(messageId, text)),
    press: () => {
      throw new TypeError('There are no buttons');
    },
    echoOwn: () => ({
      messageId: 'own',
      ref: world.push({
        id: 'own',
        chat: { id: people.ann, kind: 'dm' },
        sender: { id: world.account.id },
        own: true,
        at: 1,
        text: 'written on the phone',
      }),
    }),
    deliverUnreadable: () => ({ messageId: '', ref: world.push({ id: 5 }) }),
    redeliver: (event) => world.repeat(eventOf(event)),
    isAcknowledged: (event) => eventOf(event).isTaken,
    visible: (place) =>
      world
        .visible(chatOf(place))
        .map(({ id, text, replyTo }) => ({ messageId: id, text: asMeant(text), replyTo })),
    sentFiles: (place) =>
      world
        .visible(chatOf(place))
        .flatMap(({ id, text, file }) =>
          file ? [{ messageId: id, text, name: nameOf(file), bytes: file.bytes }] : [],
        ),
    visibleCalls: () => (['send', 'edit', 'delete'] as const).flatMap(world.calls).length,
    typing: (place) => world.typing.filter((chat) => chat === chatOf(place)).length,
    commands: () => [],
    deleteMessage: (_place, messageId) => world.deleteMessage(messageId),
    fail(calls, trouble, times = 1) {
      const names = {
        connect: 'connect',
        receive: 'listen',
        send: 'send',
        edit: 'edit',
        typing: 'typing',
        fetch: 'download',
      } as const;
      world.fail({ command: names[calls], times, ...faultOf(trouble) });
    },
    forgetFiles: () => world.forgetFiles(),
    fetches: () => world.calls('download').length,
    revoke: () => world.unlink(),
    dropConnections: () => world.killBridges(),
    isListening: () => world.isListening,
    waitFor: (predicate, signal) => world.waitFor(predicate, signal),
  };
}

/** Only a document shows its name. */
function nameOf({ kind, name }: NonNullable<VisibleMessage['file']>): string | undefined {
  return kind === 'document' ? name : undefined;
}

/** WhatsApp has no escape: what keeps a character from being a mark is read as nothing, and a stand-in as what it stands for. */
function asMeant(text: string): string {
  return text.replaceAll('\u200A', '').replaceAll('ˋ', '`');
}

function faultOf(trouble: Trouble): Pick<Fault, 'act' | 'when'> {
  const faults: Readonly<Record<Trouble, Pick<Fault, 'act' | 'when'>>> = {
    'rate-limited': { act: { code: 'rate-limited', retryAfterMs: 7000 } },
    'server-error': { act: { code: 'unavailable', reached: false } },
    'cut-before': { act: 'die' },
    'cut-after': { act: 'die', when: 'after' },
    blocked: { act: { code: 'blocked' } },
    invalid: { act: { code: 'invalid' } },
    auth: { act: { code: 'unlinked' } },
    formatting: { act: { code: 'invalid' } },
    hang: { act: 'hang' },
  };
  return faults[trouble];
}
