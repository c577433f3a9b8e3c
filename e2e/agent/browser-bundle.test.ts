import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createContext, runInContext } from 'node:vm';
import { text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from '../browser/open-browser.ts';
import { z } from 'zod';
import type { ask } from './browser-program.ts';

/** What esbuild says about a bundle. https://esbuild.github.io/api/#metafile */
const Metafile = z.object({
  outputs: z.record(z.string(), z.object({ imports: z.array(z.object({ path: z.string() })) })),
});

let folder: string;
let bundle: string;
/** What the bundle asks its surroundings for. */
let imports: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-bundle-'));
  await build({
    config: false,
    silent: true,
    entry: { program: join(import.meta.dirname, 'browser-program.ts') },
    outDir: folder,
    format: 'iife',
    globalName: 'program',
    platform: 'browser',
    target: 'es2022',
    noExternal: [/.*/],
    removeNodeProtocol: false,
    metafile: true,
    esbuildOptions: (options) => {
      options.conditions = ['@cuttle/source', 'browser', 'import'];
    },
  });
  bundle = await readFile(join(folder, 'program.global.js'), 'utf8');
  const meta = Metafile.parse(
    JSON.parse(await readFile(join(folder, 'metafile-iife.json'), 'utf8')),
  );
  imports = Object.values(meta.outputs).flatMap((output) => output.imports.map(({ path }) => path));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const script = [[toolCall('current_time', {})], [text('Noon, '), text('about.')]];
const answers = { offline: expect.stringContaining('five past twelve'), service: 'Noon, about.' };

describe('the agent and its providers, bundled for a browser', () => {
  it('need no module of Node', () => {
    expect(imports).toEqual([]);
  });

  it('run with the globals of the web and no others', async () => {
    await using service = await openOpenaiServer({ script });
    const names =
      'AbortController AbortSignal Blob DOMException Event EventTarget FormData Headers ReadableStream Request Response TextDecoder TextEncoder TransformStream URL URLSearchParams atob btoa clearTimeout console crypto fetch performance queueMicrotask setTimeout structuredClone';
    const web = names.split(' ').map((name) => [name, Reflect.get(globalThis, name)] as const);
    const context = createContext(Object.fromEntries(web));
    runInContext(bundle, context);
    // What the bundle's last line left there.
    const program = context['program'] as { readonly ask: typeof ask };
    expect(await program.ask(service.url)).toEqual(answers);
    service.assertDone();
  });

  it.runIf(browserPath !== undefined)(`run in Chromium${whyNot}`, async () => {
    await using service = await openOpenaiServer({ script });
    await using used = new AsyncDisposableStack();
    const page = await openPage(service.url);
    used.defer(() => page.close());
    const browser = await openBrowser();
    used.defer(() => browser.close());
    const tab = await browser.newPage();
    await tab.goto(page.url);
    await tab.addScriptTag({ content: bundle });
    const told = await tab.evaluate<unknown>(
      `program.ask(new URL('/v1', location.href).href).catch((error) => String(error.stack))`,
    );
    expect(told).toEqual(answers);
    service.assertDone();
  });
});

/** An empty page, and the model service under the same origin: no browser asks another one without its consent. */
async function openPage(serviceUrl: string): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const passOn = async (): Promise<void> => {
      if (!request.url?.startsWith('/v1/')) {
        response.setHeader('content-type', 'text/html').end('<!doctype html><title>x</title>');
        return;
      }
      const answer = await fetch(new URL(request.url, serviceUrl), {
        method: request.method ?? 'GET',
        headers: {
          authorization: request.headers.authorization ?? '',
          'content-type': 'application/json',
        },
        ...(request.method === 'POST' && { body: Readable.toWeb(request), duplex: 'half' }),
      } as RequestInit); // `duplex` is not in the types yet
      response.statusCode = answer.status;
      response.setHeader('content-type', answer.headers.get('content-type') ?? '');
      for await (const chunk of answer.body ?? []) response.write(chunk);
      response.end();
    };
    passOn().catch((error: unknown) => response.destroy(new Error('cut', { cause: error })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
