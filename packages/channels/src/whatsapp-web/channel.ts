import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BridgeAccount } from '@cuttle/core-types/bridge';
import { CuttleError, isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { Channel, Receipt, SendRequest } from '@cuttle/core-types/ports';
import type { BridgeHost, BridgeProgram } from '../bridge/bridge-host.ts';
import { type BridgeLink, createBridgeLink } from '../bridge/bridge-link.ts';
import { createFileFetch } from '../bridge/fetch-file.ts';
import { createFilePlaces, type FilePlaces } from '../bridge/file-places.ts';
import { createBridgeLogin } from '../bridge/login.ts';
import { receiveMessages } from '../bridge/receive.ts';
import type { ChannelDeps } from '../channel-definition.ts';
import { whatsappReactions } from '../whatsapp-reactions.ts';
import { whatsappWebActions } from './actions.ts';
import {
  encodeAnswer,
  type Encoded,
  encodePlaceholder,
  encodePreview,
  encodeRequest,
} from './encode.ts';
import { maxUploadBytes } from './file-kind.ts';
import type { WhatsappWebOptions } from './options.ts';
import { parseAddress, parseTarget } from './target.ts';

const platform = 'WhatsApp Web';
const packageName = '@cuttle/whatsapp-web';
const loginHint =
  'Link the account: `cuttle channels login whatsapp-web`, or the page under Settings → Messengers.';

/** An account of WhatsApp that is linked as one of its devices, by a program that is installed apart. https://faq.whatsapp.com/1317564962315842 */
export function createWhatsappWebChannel(options: WhatsappWebOptions, deps: ChannelDeps): Channel {
  const host = hostOf(deps);
  const start = (): Promise<BridgeProgram> => startBridge(options, host);
  const link = createBridgeLink({ ...deps, platform, loginHint, start });
  const login = createBridgeLogin({ ...deps, link });
  const places = createFilePlaces(join(host.folder, 'files'));
  const hearsReactions = options.reactionNotifications !== 'off';
  const receiving = { ...deps, platform, link, hearsReactions };
  const connect: Channel['connect'] = async (signal) => {
    try {
      return toFacts(await link.connect(signal));
    } catch (error) {
      if (!isCuttleError(error, 'channel.auth')) throw error;
      // A login may have ended well since this was asked.
      if (link.account !== undefined) return toFacts(link.account);
      // Nothing is linked: the program would only wait.
      if (!login.isActive) await link.rest();
      throw error;
    }
  };
  return {
    id: 'whatsapp-web',
    // Whoever writes like a machine is shut out; these are ours, WhatsApp tells of none.
    limits: { maxTextLength: 4096, perSecond: 5, perMinuteInGroup: 20, editIntervalMs: 3000 },
    // We give a message its id, and who has one with it shows no second.
    ambiguity: 'idempotency-key',
    connect,
    receive: (door, signal) => receiveMessages(receiving, door, signal),
    render: encodeAnswer,
    address: parseAddress,
    send: (request, signal) => sendRequest({ link, places, clock: deps.clock }, request, signal),
    async probe(signal) {
      try {
        return { ok: true, ...(await connect(signal)) };
      } catch (error) {
        signal.throwIfAborted();
        const { message, hint } = toCuttleError(error);
        return { ok: false, detail: `${message} ${hint}` };
      }
    },
    live: { placeholder: encodePlaceholder, preview: encodePreview },
    ...(options.typing && {
      typing: {
        everyMs: 8000,
        show: (target, signal) =>
          link.ask(
            { type: 'typing', chat: parseTarget(target).chat, read: options.readMarks },
            signal,
          ),
      },
    }),
    // The most a document has. https://faq.whatsapp.com/453914586839706
    media: createFileFetch({ link, places, maxBytes: 2_000_000_000 }),
    uploads: { maxBytes: maxUploadBytes, takes: () => true },
    actions: whatsappWebActions,
    reactions: whatsappReactions,
    login,
    async [Symbol.asyncDispose]() {
      await login[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
    },
  };
}

interface SendDeps extends Pick<ChannelDeps, 'clock'> {
  readonly link: BridgeLink;
  readonly places: FilePlaces;
}

async function sendRequest(
  deps: SendDeps,
  request: SendRequest,
  signal: AbortSignal,
): Promise<Receipt> {
  signal.throwIfAborted();
  const encoded = await encodeRequest(request, deps.clock.now());
  await sendEncoded(deps, encoded, signal);
  const { command } = encoded;
  const { receipt } = request;
  if (command.type === 'react') return receipt ?? { messageId: command.target };
  if (command.type !== 'send' && receipt !== undefined) return receipt;
  return { messageId: command.messageId, at: deps.clock.now() };
}

/** The bytes of a file lie where the bridge reads them until it answered. */
async function sendEncoded(
  { link, places }: SendDeps,
  encoded: Encoded,
  signal: AbortSignal,
): Promise<void> {
  if (encoded.file === undefined) return link.ask(encoded.command, signal);
  const { command, file } = encoded;
  const { kind, sent } = file;
  const { mimeType, name } = sent;
  await places.with(async (path) => {
    await writeFile(path, sent.content, { mode: 0o600, signal });
    await link.ask({ ...command, file: { path, kind, mimeType, name } }, signal);
  });
}

function hostOf({ bridges }: ChannelDeps): BridgeHost {
  if (bridges !== undefined) return bridges;
  throw new TypeError('A channel with a program of its own needs a host for it');
}

function toFacts({ id, name }: BridgeAccount): { platformId: string; name: string } {
  return { platformId: id, name: name === '' ? `+${id}` : name };
}

async function startBridge(
  { program }: WhatsappWebOptions,
  host: BridgeHost,
): Promise<BridgeProgram> {
  const file = program ?? (await host.find(packageName));
  if (file !== undefined) return host.start(file, ['--folder', host.folder]);
  throw new CuttleError('channel.unavailable', `The package ${packageName} is not installed.`, {
    hint: `Install it: ${host.installCommand(packageName)}`,
    details: { reached: false },
  });
}
