import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel, Clock, Log } from '@cuttle/core-types/ports';
import { createInstantClock, type RecordingDoor } from '@cuttle/testkit/channel-contract';
import { openWhatsappWeb, type WhatsappWeb } from '@cuttle/testkit/whatsapp-web';
import { createWhatsappWebChannel } from '../../whatsapp-web/channel.ts';
import { WhatsappWebOptions } from '../../whatsapp-web/options.ts';
import { createBridgeHost } from '../create-bridge-host.ts';

export const ann = '491701234567';
export const soon = (): AbortSignal => AbortSignal.timeout(20_000);

export interface Bench extends AsyncDisposable {
  readonly folder: string;
  readonly warnings: string[];
  /** A channel whose bridge is a child of this process. */
  open(
    program: string | undefined,
    env?: Readonly<Record<string, string>>,
    own?: Partial<WhatsappWebOptions>,
  ): Channel;
  /** File of a program of this text. */
  write(text: string): Promise<string>;
}

export async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-bridge-'));
  const warnings: string[] = [];
  const quiet = (): void => {};
  const warn: Log['warn'] = (message, fields) =>
    void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: quiet, info: quiet, warn, error: quiet };
  const channels: Channel[] = [];
  let programs = 0;
  return {
    folder,
    warnings,
    open(program, env = {}, own = {}) {
      const named = program === undefined ? {} : { program };
      const options = WhatsappWebOptions.parse({ ...named, ...own });
      const bridges = createBridgeHost({ folder: join(folder, 'main'), roots: [folder], env });
      const channel = createWhatsappWebChannel(options, {
        fetch,
        clock: clockWithGrace(),
        log,
        random: () => 1,
        bridges,
      });
      channels.push(channel);
      return channel;
    },
    async write(text) {
      const file = join(folder, `program-${(programs += 1)}.mjs`);
      await writeFile(file, text);
      return file;
    },
    async [Symbol.asyncDispose]() {
      for (const channel of channels) await channel[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Pauses end at once, but not the patience with a program that ends. */
function clockWithGrace(): Clock {
  const instant = createInstantClock();
  return {
    ...instant,
    sleep: (ms, signal) =>
      ms === 3000
        ? new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
          )
        : instant.sleep(ms, signal),
  };
}

export async function openWorld(
  options: { readonly isLinked?: boolean } = {},
): Promise<WhatsappWeb> {
  const world = await openWhatsappWeb(options);
  world.person({ phone: ann, name: 'Ann' });
  return world;
}

export function receive(
  channel: Channel,
  door: RecordingDoor,
): AsyncDisposable & { readonly end: Promise<unknown> } {
  const stop = new AbortController();
  const end = channel.receive(door, stop.signal).catch((error: unknown) => error);
  return {
    end,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('stopped'));
      await end;
    },
  };
}

export const send = async (
  channel: Channel,
  text: string,
  idempotencyKey: string,
): Promise<void> => {
  const [part] = channel.render({ text });
  if (part === undefined) throw new Error('Nothing was rendered');
  await channel.send({ kind: 'send', target: { chat: ann }, part, idempotencyKey }, soon());
};
