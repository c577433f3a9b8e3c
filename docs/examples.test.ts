import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@cuttle/config';
import { createServer, type CuttleServer } from '@cuttle/server';
import { defaultApiKey, rateLimited, text, toolCall } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Each example is a program: it is started as a reader would, against servers on this machine.
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuttle-docs-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program, and what it printed once it ended well. */
function start(
  name: string,
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly printed: Promise<Printed> } {
  const { promise: printed, resolve, reject } = Promise.withResolvers<Printed>();
  const file = join(import.meta.dirname, 'examples', `${name}.ts`);
  const options = {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    signal: AbortSignal.timeout(30_000),
  };
  const child = execFile(
    process.execPath,
    ['--conditions=@cuttle/source', file],
    options,
    (error, stdout, stderr) => (error ? reject(error) : resolve({ stdout, stderr })),
  );
  return { child, printed };
}

/** What a program prints, given its environment and what is typed. */
function run(
  name: string,
  env: Readonly<Record<string, string>> = {},
  typed = '',
): Promise<Printed> {
  const { child, printed } = start(name, env);
  child.stdin?.end(typed);
  return printed;
}

describe('the examples of the documentation', { timeout: 40_000 }, () => {
  it('embed-agent: an agent with a tool in at most twenty lines', async () => {
    await using service = await openAnthropicServer({
      script: [[toolCall('add', { a: 2, b: 3 })], [text('It is '), text('5.')]],
    });
    const env = { ANTHROPIC_API_KEY: defaultApiKey, ANTHROPIC_BASE_URL: service.url };
    expect(await run('embed-agent', env)).toEqual({
      stdout: '[add {"a":2,"b":3}]\nIt is 5.',
      stderr: '',
    });
    service.assertDone();
    const source = await readFile(join(import.meta.dirname, 'examples/embed-agent.ts'), 'utf8');
    const code = source.split('\n').filter((line) => line !== '' && !line.startsWith('import'));
    expect(code.length).toBeLessThanOrEqual(20);
  });

  it('converse: turn after turn', async () => {
    await using service = await openOllamaServer({
      script: ({ messages }) => [text(`${messages.length}: ${messages.at(-1)?.text}`)],
    });
    const { stdout } = await run('converse', { OLLAMA_HOST: service.url }, 'one\ntwo\n');
    expect(stdout).toBe('1: one (completed)\n3: two (completed)\n');
  });

  it.each([
    ['y', 'a.txt is gone.'],
    ['n', 'Error: The user said no.'],
  ])('approve-calls: a person answers %s', async (answer, told) => {
    await using service = await openOpenaiServer({
      script: ({ messages }) =>
        messages.at(-1)?.role === 'tool'
          ? [text(messages.at(-1)?.text ?? '')]
          : [toolCall('remove_file', { path: 'a.txt' })],
    });
    const env = { OPENAI_API_KEY: defaultApiKey, OPENAI_BASE_URL: service.url };
    const { stdout } = await run('approve-calls', env, `${answer}\n`);
    expect(stdout).toBe(`May it run remove_file {"path":"a.txt"}? (y/n)\n${told}`);
  });

  it('use-provider: a provider without an agent', async () => {
    await using service = await openOpenaiServer({
      script: [rateLimited(0), [text('Hello.')]],
    });
    const env = { OPENAI_API_KEY: defaultApiKey, OPENAI_BASE_URL: service.url };
    expect((await run('use-provider', env)).stdout).toMatch(/^Hello\. \(\d+ tokens\)\n$/);
    service.assertDone();
  });

  it('call-tools: a provider that may call a tool, after a wait', async () => {
    await using service = await openOpenaiServer({
      script: [rateLimited(0), [text('Let me look.'), toolCall('weather', { place: 'Kiel' })]],
    });
    const env = { OPENAI_API_KEY: defaultApiKey, OPENAI_BASE_URL: service.url };
    expect((await run('call-tools', env)).stdout).toBe('Let me look. [weather {"place":"Kiel"}]\n');
    service.assertDone();
  });

  it('generate-object: a value of a schema, repaired where it does not fit', async () => {
    const weather = { city: 'Kiel', degrees: 12, sky: 'cloudy' };
    await using service = await openOpenaiServer({
      script: [
        [text(JSON.stringify({ ...weather, degrees: 'twelve' }))],
        [text(JSON.stringify(weather))],
      ],
    });
    const env = { OPENAI_API_KEY: defaultApiKey, OPENAI_BASE_URL: service.url };
    expect((await run('generate-object', env)).stdout).toBe('Kiel: 12 °C, cloudy\n');
    service.assertDone();
  });

  it('embed-texts: which note is near to a question', async () => {
    await using service = await openOllamaServer({
      script: [],
      models: [{ id: 'nomic-embed-text', capabilities: ['embedding'] }],
      embeddings: [rateLimited(0)],
    });
    const { stdout } = await run('embed-texts', { OLLAMA_HOST: service.url });
    const [cat = '', invoices = ''] = stdout.split('\n');
    expect(cat).toContain('The cat sleeps');
    expect(Number(cat.slice(0, 4))).toBeGreaterThan(Number(invoices.slice(0, 4)));
    service.assertDone();
  });

  it('echo-bot: a messenger without an agent', async () => {
    await using service = await openTelegramServer({ longPollCapMs: 500 });
    service.user({ id: 7, firstName: 'Ann' });
    service.say({ from: 7, text: 'hi' });
    const env = { TELEGRAM_BOT_TOKEN: service.token, TELEGRAM_API_ROOT: service.url };
    const { child, printed } = start('echo-bot', env);
    const find = () => service.visibleFromBot(7)[0];
    expect(await service.waitFor(find, AbortSignal.timeout(20_000))).toMatchObject({
      text: 'You said hi',
      entities: [{ type: 'bold' }],
    });
    child.kill('SIGINT');
    expect(await printed).toEqual({ stdout: 'stopped\n', stderr: '' });
  });

  it('read-config, ask-policy and use-tools: as their comments say', async () => {
    expect(await run('read-config')).toEqual({ stdout: '18800 false\n', stderr: '' });
    const policy = await run('ask-policy');
    expect(policy.stdout).toMatch(/^allow\nkey .* said .*address/);
    expect(policy.stdout).not.toContain('hunter2');
    expect((await run('use-tools')).stdout).toContain('math_eval: pure, read\n');
  });

  it('search-memory: what an agent remembers, written and found', async () => {
    const { stdout } = await run('search-memory', { CUTTLE_HOME: join(home, 'memory') });
    expect(stdout).toContain('memory/trip.md#L3: The train to Kyoto leaves at nine.');
  });

  it('gateway-in-process: the whole gateway in a program', async () => {
    const { stdout } = await run('gateway-in-process', { CUTTLE_HOME: join(home, 'embedded') });
    expect(stdout).toMatch(/^true .*42/);
  });

  it('sub-agents: work given away and told back', async () => {
    const task = { task: 'What is 6 * 7?', label: 'sums', wait: true };
    const script = [[toolCall('agent_spawn', task)], [text('42')], [text('It says 42.')]];
    await using model = await openOpenaiServer({ script });
    const { stdout } = await run('sub-agents', {
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: defaultApiKey,
      CUTTLE_HOME: join(home, 'sub-agents'),
    });
    expect(stdout).toBe('sums: completed, 42\nIt says 42.\n');
  });

  it('outside-worker: a program that works for an agent', async () => {
    const task = { task: 'Count these words', label: 'counting', worker: 'counter', wait: true };
    await using model = await openOpenaiServer({
      script: [[toolCall('agent_spawn', task)], [text('Three words.')]],
    });
    const local = { kind: 'openai', baseUrl: model.url, apiKey: defaultApiKey };
    const config = configSchema.parse({
      gateway: { port: 0 },
      log: { level: 'error' },
      providers: { local: { ...local, models: [{ id: 'gpt-4.1-mini' }] } },
      agents: { defaults: { model: 'local/gpt-4.1-mini', subagents: { workers: ['counter'] } } },
    });
    await using server = await createServer(config, { home: join(home, 'outside') });
    const { token } = await server.call('workers.token', { worker: 'counter' });
    const { child, printed } = start('outside-worker', {
      CUTTLE_URL: server.url ?? '',
      WORKER_TOKEN: token,
      WORKER_BUFFER: join(home, 'reports.jsonl'),
    });
    const sent = { sessionKey: 'main', message: 'Count.', idempotencyKey: 'k1' };
    const { runId } = await server.call('chat.send', sent);
    const answer = await server.call('agent.wait', { runId, timeoutMs: 30_000 });
    child.kill('SIGTERM');
    await printed;
    expect(answer).toMatchObject({ status: 'completed', text: 'Three words.' });
    const { subagents } = await server.call('subagents.list', { sessionKey: 'main' });
    expect(subagents).toMatchObject([{ state: 'completed', reply: '3 words\n17 letters' }]);
  });

  it('compact-session: a summary, what it holds, and back', async () => {
    await using model = await openOpenaiServer({
      script: ({ system }) =>
        /summar/i.test(system) ? [text('A trip to Kyoto by train at nine.')] : [text('Noted.')],
    });
    const { stdout } = await run('compact-session', {
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: defaultApiKey,
      CUTTLE_HOME: join(home, 'compact'),
    });
    expect(stdout).toMatch(
      /^the last request took \d+ of 128000 tokens\nSummarised 6 entries .*\nup to entry 6: A trip to Kyoto by train at nine\. \[.*\]\n$/,
    );
  });

  it('run-commands: answered at once, without a model', async () => {
    const { stdout } = await run('run-commands', { CUTTLE_HOME: join(home, 'commands') });
    expect(stdout.split('\n')).toEqual([
      'true',
      expect.stringMatching(/^\/queue collect → command: From now on/),
      expect.stringMatching(/^\/pin Answer in French\. → command: /),
      expect.stringMatching(/^\/queue sideways → command: /),
      expect.stringMatching(/^\/status → command: Agent /),
      '',
    ]);
  });

  it('send-picture: seen for a model that does not see', async () => {
    await using model = await openOpenaiServer({
      script: ({ model: asked, messages }) =>
        asked === 'gpt-4o-mini'
          ? [text('A red dot.')]
          : [text(`It was told: ${messages.at(-1)?.text}`)],
    });
    const { stdout } = await run('send-picture', {
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: defaultApiKey,
      CUTTLE_HOME: join(home, 'picture'),
    });
    expect(stdout).toContain('[image dot.png: a description:');
    expect(stdout).toContain('A red dot.');
  });

  it('read-budget: what was spent and what is left', async () => {
    const { stdout } = await run('read-budget', { CUTTLE_HOME: join(home, 'budget') });
    expect(stdout).toBe('1 call, $0.00\ngateway: $0.25 left\n');
  });

  it('next-fires and session-keys: as their comments say', async () => {
    expect((await run('next-fires')).stdout).toBe(
      '2026-03-28T08:00:00.000Z\n2026-03-29T07:00:00.000Z 2026-03-30T07:00:00.000Z\n',
    );
    expect((await run('session-keys')).stdout).toBe(
      'agent:main:telegram:main:group:-100123:thread:7\ntrue\nagent:main:notebook\n',
    );
    expect((await run('session-scopes')).stdout.split('\n')).toEqual([
      'agent:main:person:anna',
      'agent:main:telegram:work:dm:42',
      'agent:main:discord:work:dm:42',
      '2026-11-21T11:00:00.000Z',
      '',
    ]);
  });
});

describe('the examples for OpenAI clients', { timeout: 40_000 }, () => {
  let server: CuttleServer;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    const config = configSchema.parse({
      gateway: { port: 0, auth: { token: 'docs-token' } },
      log: { level: 'error' },
    });
    server = await createServer(config, { home: join(home, 'gateway') });
    env = { CUTTLE_URL: server.url ?? '', CUTTLE_TOKEN: 'docs-token' };
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('openai-session: a lasting session, streamed', async () => {
    expect((await run('openai-session', env)).stdout).toContain('42');
    const { entries } = await server.call('chat.history', { sessionKey: 'notebook' });
    expect(entries.length).toBeGreaterThan(1);
  });

  it('openai-response: a response whole, then the next one streamed', async () => {
    expect((await run('openai-response', env)).stdout).toMatch(/42[^]*56/);
  });

  it('talk-to-gateway: an answer over the WebSocket, while it grows', async () => {
    const { stdout } = await run('talk-to-gateway', env);
    expect(stdout).toMatch(/^Hello! I am the offline assistant.*\n$/m);
  });

  it('openai-embeddings: vectors of two texts', async () => {
    await using service = await openOpenaiServer({ script: [] });
    const config = configSchema.parse({
      gateway: { port: 0, auth: { token: 'docs-token' } },
      log: { level: 'error' },
      embeddings: { model: 'local/text-embedding-3-small' },
      providers: { local: { kind: 'openai', baseUrl: service.url, apiKey: defaultApiKey } },
    });
    await using own = await createServer(config, { home: join(home, 'vectors') });
    const { stdout } = await run('openai-embeddings', { ...env, CUTTLE_URL: own.url ?? '' });
    expect(stdout).toBe('2 vectors of 1536 numbers by local/text-embedding-3-small\n14 tokens\n');
  });

  it('openai-client-tools: tools that the client runs', async () => {
    await using service = await openOpenaiServer({
      script: [[toolCall('thermometer', { room: 'cellar' })], [text('12 degrees it is.')]],
    });
    const config = configSchema.parse({
      gateway: { port: 0, auth: { token: 'docs-token' } },
      log: { level: 'error' },
      providers: {
        local: {
          kind: 'openai',
          baseUrl: service.url,
          apiKey: defaultApiKey,
          models: [{ id: 'gpt-4.1-mini' }],
        },
      },
    });
    await using own = await createServer(config, { home: join(home, 'tools') });
    const { stdout } = await run('openai-client-tools', { ...env, CUTTLE_URL: own.url ?? '' });
    expect(stdout).toBe('12 degrees it is.\n');
    service.assertDone();
  });
});
