import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInstantClock } from '@cuttle/testkit/channel-contract';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import type { MediaCapability } from '@cuttle/core-types/ports';
import { isCuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { createTelegramChannel } from './channel.ts';
import { TelegramOptions } from './options.ts';

const token = '123456789:AAthe-secret-of-the-bot_000000000000';
const soon = (): AbortSignal => AbortSignal.timeout(8000);
const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function mediaOf(apiRoot: string, fetcher: typeof fetch = fetch): MediaCapability {
  const options = TelegramOptions.parse({ token, apiRoot });
  const deps = { fetch: fetcher, clock: createInstantClock(), log, random: () => 0.5 };
  const { media } = createTelegramChannel(options, deps);
  if (!media) throw new TypeError('The channel fetches files.');
  return media;
}

/** A server that says of a place, and answers there as it is told. */
async function openServer(path: unknown, answer: RequestListener) {
  const http = createServer((request, response) => {
    if (!request.url?.includes('/getFile')) return answer(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, result: { file_id: 'f', file_path: path } }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, // a port, not a pipe
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

async function failureOf(fetching: Promise<unknown>): Promise<string> {
  const error: unknown = await fetching.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(`${String(error)}${JSON.stringify(error)}`).not.toContain(token);
  if (!isCuttleError(error)) return String(error);
  expect(`${error.message}${String(error.cause)}`).not.toContain(token);
  return error.code;
}

const ref = { fileId: 'f' };

describe('files of Telegram', () => {
  it('asks for their place each time, as it holds for an hour', async () => {
    let now = 1_000;
    await using server = await openTelegramServer({ token, now: () => now });
    server.user({ id: 1001 });
    const { message } = server.say({
      from: 1001,
      file: { kind: 'photo', bytes: new Uint8Array([1, 2, 3]) },
    });
    const { fetch: fetchFile } = mediaOf(server.url);
    const known = { fileId: message.photo?.at(-1)?.file_id ?? '' };
    for (const wait of [0, 3_599_000, 90_000_000]) {
      now += wait;
      expect([...(await fetchFile({ ref: known, maxBytes: 10 }, soon()))]).toEqual([1, 2, 3]);
    }
    expect(server.calls('getFile')).toHaveLength(3);
  });

  it('are not larger than Telegram gives', async () => {
    await using server = await openTelegramServer({ token });
    server.user({ id: 1001 });
    const bytes = new Uint8Array(20 * 1024 * 1024 + 1);
    const { message } = server.say({ from: 1001, file: { kind: 'document', bytes } });
    const { fetch: fetchFile, maxBytes } = mediaOf(server.url);
    expect(maxBytes).toBe(20 * 1024 * 1024);
    const large = { fileId: message.document?.file_id ?? '' };
    expect(await failureOf(fetchFile({ ref: large, maxBytes: 1e9 }, soon()))).toBe(
      'media.too-large',
    );
    expect(server.calls('file')).toHaveLength(0);
  });

  it.each(['/var/lib/bot/a.jpg', '../../secret', 'a//b', '', null, 7])(
    'are not looked for at %j',
    async (path) => {
      let asked = 0;
      await using server = await openServer(path, (_request, response) => {
        asked += 1;
        response.end('x');
      });
      const code = await failureOf(mediaOf(server.url).fetch({ ref, maxBytes: 9 }, soon()));
      expect(code).toBe('media.gone');
      expect(asked).toBe(0);
    },
  );

  it('are read no further than wanted, whatever size is stated', async () => {
    let sent = 0;
    await using endless = await openServer('a.bin', (_request, response) => {
      const more = (): void => {
        while (response.writable && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    });
    const endlessly = mediaOf(endless.url).fetch({ ref, maxBytes: 100_000 }, soon());
    expect(await failureOf(endlessly)).toBe('media.too-large');
    expect(sent).toBeLessThan(20_000_000);
  });

  it('are asked for at the address of the settings alone', async () => {
    let reached = 0;
    await using other = await openServer('x', (_request, response) => {
      reached += 1;
      response.end('bytes');
    });
    await using server = await openServer('a.jpg', (request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url ?? ''}` }).end();
    });
    const code = await failureOf(mediaOf(server.url).fetch({ ref, maxBytes: 9 }, soon()));
    expect([code, reached]).toEqual(['channel.unavailable', 0]);
  });

  it('name nobody the token where the network fails', async () => {
    await using server = await openServer('a.jpg', (_request, response) => response.destroy());
    const leaky: typeof fetch = async (input, init) => {
      // oxlint-disable-next-line typescript/no-base-to-string -- a string or a URL here
      if (String(input).includes('/file/')) throw new TypeError(`cannot reach ${String(input)}`);
      return fetch(input, init);
    };
    for (const fetcher of [fetch, leaky])
      expect(
        await failureOf(mediaOf(server.url, fetcher).fetch({ ref, maxBytes: 9 }, soon())),
      ).toBe('channel.unavailable');
  });
});
