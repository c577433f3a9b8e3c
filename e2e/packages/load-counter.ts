/**
 * A program that prints which SDK of a model service each adapter of `@cuttle/providers` loads: when it is imported, and when it
 * asks for an answer (here of a server that refuses). One adapter a process, or the second would find the first one's modules.
 */
export const loadCounter = `
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
import { promisify } from 'node:util';

const factories = { anthropic: 'createAnthropic', ollama: 'createOllama', openai: 'createOpenai' };
const [, self, adapter] = process.argv;
if (adapter) await load(adapter);
else await loadEach();

async function loadEach() {
  const counts = { imported: [] };
  for (const name of Object.keys(factories)) {
    const { stdout } = await promisify(execFile)(process.execPath, [self, name]);
    const { imported, used } = JSON.parse(stdout);
    counts.imported.push(...imported);
    counts[name] = used;
  }
  console.log(JSON.stringify(counts));
}

async function load(name) {
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const [, found] = /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
      if (['@anthropic-ai/sdk', 'ollama', 'openai'].includes(found)) loaded.add(found);
      return next(url, context);
    },
  });
  const module = await import('@cuttle/providers/' + name);
  await import('@cuttle/providers');
  const imported = [...loaded];
  const server = createServer((_request, response) => response.writeHead(400).end('{}'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = 'http://127.0.0.1:' + server.address().port;
  const provider = module[factories[name]]({ apiKey: 'test-key', baseUrl });
  const messages = [{ role: 'user', parts: [{ type: 'text', text: 'Hello.' }] }];
  const signal = AbortSignal.timeout(20_000);
  const failure = await Array.fromAsync(provider.stream({ model: 'm', messages, tools: [] }, signal)).then(
    () => 'none',
    (error) => error.code,
  );
  if (!failure.startsWith('provider.')) throw new Error('It was not refused: ' + failure);
  console.log(JSON.stringify({ imported, used: [...loaded] }));
  server.close();
  server.closeAllConnections();
}
`;
