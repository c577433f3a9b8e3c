/**
 * A program that prints which SDKs of model services the adapters of `@cuttle/providers` load, as
 * `{ adapter: { imported, used } }`: when they are imported, and until they have asked for an answer (here of a server that
 * refuses). One adapter a process, or the second would find the modules of the first.
 */
export const loadCounter = (adapters: readonly string[], sdks: readonly string[]): string => `
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
import { promisify } from 'node:util';

const [, self, adapter] = process.argv;
if (adapter) await load(adapter);
else await loadEach();

async function loadEach() {
  const counts = {};
  for (const name of ${JSON.stringify(adapters)}) {
    const { stdout } = await promisify(execFile)(process.execPath, [self, name]);
    counts[name] = JSON.parse(stdout);
  }
  console.log(JSON.stringify(counts));
}

async function load(name) {
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const [, found] = /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
      if (${JSON.stringify(sdks)}.includes(found)) loaded.add(found);
      return next(url, context);
    },
  });
  const exported = await import('@cuttle/providers/' + name);
  await import('@cuttle/providers');
  const imported = [...loaded];
  const server = createServer((_request, response) => response.writeHead(400).end('{}'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = 'http://127.0.0.1:' + server.address().port;
  const [, create] = Object.entries(exported).find(([one]) => /^create/.test(one));
  const provider = create({ apiKey: 'test-key', region: 'eu-central-1', baseUrl });
  const messages = [{ role: 'user', parts: [{ type: 'text', text: 'Hello.' }] }];
  const signal = AbortSignal.timeout(20_000);
  const events = provider.stream({ model: 'm', messages, tools: [] }, signal);
  await Array.fromAsync(events).catch((error) => {
    if (!error.code?.startsWith('provider.')) throw error;
  });
  console.log(JSON.stringify({ imported, used: [...loaded] }));
  server.close();
  server.closeAllConnections();
}
`;
