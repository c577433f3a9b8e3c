/** What stands around a README's example, so that it is a program: what it takes for granted before it, what shows that it worked after it. */
export interface ExampleFrame {
  readonly before?: string;
  readonly after?: string;
  readonly prints: RegExp;
}

const clock = `
import { setTimeout as sleep } from 'node:timers/promises';
const clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};
const log = { debug() {}, info() {}, warn() {}, error() {} };
`;

/** By the name of the package. */
export const exampleFrames: Readonly<Record<string, ExampleFrame>> = {
  '@cuttle/core-types': {
    prints: /^Hello, Ann\.\n.*rate-limited.*\nThis session uses local\/m1\.\ntrue\n$/,
  },
  '@cuttle/config': {
    before: `const file = 'cuttle.json5';`,
    after: `console.log(warnings.length, port, hasKey);`,
    prints: /^0 18800 false\n$/,
  },
  '@cuttle/security': {
    before: `
import { createServer } from 'node:http';
import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
const principal = { id: 'owner', kind: 'owner', scopes: ['operator.admin'] };
const [name, risk, taint, signal] = ['note_add', 'write', [], AbortSignal.timeout(10_000)];
const provenance = { door: 'web', accountId: 'web', trust: 'owner' };
const policy = { profile: 'full', allow: [], deny: [], approvals: 'ask' };
const secretsOfTheConfiguration = ['hunter2hunter2'];
const log = { info: (line) => console.log(line) };
const server = createServer((_request, response) => response.end('hello'));
await new Promise((resolve) => server.listen(9001, '127.0.0.1', resolve).on('error', resolve));
const url = 'http://127.0.0.1:9001/?key=hunter2hunter2';`,
    after: `server.close(); server.closeAllConnections();`,
    prints: /^got 200 from http:\/\/127\.0\.0\.1:9001\/\?key=(?!hunter2)/,
  },
  '@cuttle/providers': {
    before: `
${clock}
import { userText } from '@cuttle/core-types';
import { createRetrying } from '@cuttle/providers';
import { createOpenai } from '@cuttle/providers/openai';
import { rateLimited, text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
await using server = await openOpenaiServer({
  script: [rateLimited(0), [text('Let me look.'), toolCall('weather', { place: 'Kiel' })]],
});`,
    after: `console.log(said);`,
    prints: /^Let me look\. \[weather \{"place":"Kiel"\}\]\n$/,
  },
  '@cuttle/agent': {
    before: `
import { text, toolCall } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
await using service = await openAnthropicServer({
  script: [[toolCall('add', { a: 2, b: 3 })], [text('It is '), text('5.')]],
});
process.env.ANTHROPIC_API_KEY = 'test-key';
process.env.ANTHROPIC_BASE_URL = service.url;`,
    prints: /^\[add \{"a":2,"b":3\}\]\nIt is 5\.$/,
  },
  '@cuttle/cron': {
    prints: /^2026-03-28T08:00:00\.000Z\n2026-03-29T07:00:00\.000Z 2026-03-30T07:00:00\.000Z\n$/,
  },
  '@cuttle/sessions': {
    prints: /^agent:main:telegram:main:group:-100123:thread:7\ntrue\nagent:main:notebook\n$/,
  },
  '@cuttle/store': {
    after: `console.log(Object.keys(work).length > 0);`,
    prints: /^true\n$/,
  },
  '@cuttle/tools': {
    before: `
${clock}
import { openSqliteStore } from '@cuttle/store/sqlite';
await using store = await openSqliteStore({ path: 'data/cuttle.db', blobsPath: 'data/blobs' });`,
    after: `
const math = tools.find(({ name }) => name === 'math_eval');
const { text } = await math.run(math.input.parse({ expression: '6*7' }), {}, AbortSignal.timeout(20_000));
console.log(tools.map(({ name }) => name).join(), text);`,
    prints: /math_eval.*42/s,
  },
  '@cuttle/channels': {
    before: `
${clock}
import { telegram } from '@cuttle/channels';
import { openTelegramServer } from '@cuttle/testkit/telegram';
await using server = await openTelegramServer({ longPollCapMs: 200 });
server.user({ id: 7, firstName: 'Ann' });
const deps = { fetch, clock, log, random: Math.random };
const door = { accept: async () => ({ kind: 'accepted' }) };
const stop = new AbortController();
const { signal } = stop;
const settings = { token: server.token, apiRoot: server.url };`,
    after: `
console.log(server.visible(7)[0].text);
stop.abort(new Error('done'));
await receiving.catch((error) => console.log(error.message));
await channel[Symbol.asyncDispose]();`,
    prints: /^Hello\ndone\n$/,
  },
  '@cuttle/runtime': {
    prints: /^answered .+\n$/,
  },
  '@cuttle/gateway': {
    prints: /^Protocol 1 to 4\n(.* \(.*\): .*\n){30,}$/,
  },
  '@cuttle/client': {
    before: `
import { configSchema } from '@cuttle/config';
import { createServer } from '@cuttle/server';
const config = configSchema.parse({ gateway: { port: 0, auth: { token: 'a-token-of-the-test' } }, log: { level: 'error' } });
await using server = await createServer(config, { home: 'home' });
const [url, token, signal] = [server.url, 'a-token-of-the-test', AbortSignal.timeout(20_000)];
const show = () => {};`,
    after: `console.log(text);`,
    prints: /\w{3}.*\n$/s,
  },
  '@cuttle/testkit': {
    before: `
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { cut, finish, rateLimited, text, thinking, toolCall } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
const expect = (found) => ({
  toBe: (wanted) => assert.equal(found, wanted),
  toContain: (wanted) => assert.ok(found.includes(wanted)),
  rejects: {
    toMatchObject: ({ status }) => assert.rejects(found, { status }),
    toThrow: (words) => assert.rejects(found, (error) => error.message.includes(words)),
  },
});`,
    after: `console.log('All as it says.');`,
    prints: /^All as it says\.\n$/,
  },
  '@cuttle/server': {
    prints: /^true .*42/,
  },
};
