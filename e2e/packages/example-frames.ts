/** What stands around a README's example, so that it is a program: what it takes for granted before it, what shows that it worked after it. */
export interface ExampleFrame {
  /** Packages that it starts, beside those that it imports. */
  readonly beside?: readonly string[];
  readonly before?: string;
  readonly after?: string;
  /** Flags of the installation. */
  readonly flags?: readonly string[];
  readonly prints: RegExp;
}

/** By the name of the package. */
export const exampleFrames: Readonly<Record<string, ExampleFrame>> = {
  '@cuttle/core-types': {
    prints: /^Hello, Ann\.\n.*rate-limited.*\nThis session uses local\/m1\.\ntrue\n$/,
  },
  '@cuttle/config': {
    prints: /^18800 false\n$/,
  },
  '@cuttle/security': {
    prints: /^allow\nkey (?!hunter2).* said CuttleError: 127\.0\.0\.1 was not fetched/,
  },
  '@cuttle/providers': {
    before: `
import { rateLimited, text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
await using service = await openOpenaiServer({
  script: [rateLimited(0), [text('Let me look.'), toolCall('weather', { place: 'Kiel' })]],
});
process.env.OPENAI_API_KEY = 'test-key';
process.env.OPENAI_BASE_URL = service.url;`,
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
  '@cuttle/media': {
    before: `
import { Buffer } from 'node:buffer';
const bytes = Buffer.from('%PDF-1.7\\n');`,
    after: `console.log(inspectMedia(bytes, { mimeType: 'image/png' }).kind);`,
    prints: /^document\n$/,
  },
  '@cuttle/whatsapp-web': {
    // Its library names sharp as a peer, which the workspace goes without, so that nothing serves it here.
    flags: ['--legacy-peer-deps'],
    prints: /^\{"type":"ready","version":2\}\n.*"code":"unlinked".*\n$/,
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
    after: `
const math = tools.find(({ name }) => name === 'math_eval');
const { text } = await math.run(math.input.parse({ expression: '6*7' }), {}, AbortSignal.timeout(20_000));
console.log(text);`,
    prints: /^math_eval: pure, read\n.*42\n$/s,
  },
  '@cuttle/channels': {
    before: `
import { openTelegramServer } from '@cuttle/testkit/telegram';
await using service = await openTelegramServer({ longPollCapMs: 500 });
service.user({ id: 7, firstName: 'Ann' });
service.say({ from: 7, text: 'hi' });
process.env.TELEGRAM_BOT_TOKEN = service.token;
process.env.TELEGRAM_API_ROOT = service.url;
const answered = service.waitFor(() => service.visibleFromBot(7)[0], AbortSignal.timeout(20_000));
void answered.then(({ text }) => console.log(text)).finally(() => process.emit('SIGINT'));`,
    prints: /^You said hi\nstopped\n$/,
  },
  '@cuttle/runtime': {
    prints: /^answered .+\n$/,
  },
  '@cuttle/gateway': {
    prints: /^Protocol 1 to 4\n(.* \(.*\): .*\n){30,}$/,
  },
  '@cuttle/client': {
    beside: ['cuttle'],
    before: `
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
process.env.CUTTLE_GATEWAY__PORT = '0';
const stdio = ['ignore', 'pipe', 'ignore'];
const gateway = spawn('node_modules/.bin/cuttle', ['start'], { stdio });
process.once('exit', () => gateway.kill());
const { value: line } = await createInterface(gateway.stdout)[Symbol.asyncIterator]().next();
process.env.CUTTLE_URL = new URL(/http\\S+/.exec(line)[0]).origin;
process.env.CUTTLE_TOKEN = (await readFile('home/credentials/gateway-token', 'utf8')).trim();`,
    after: `
gateway.kill();
await new Promise((resolve) => gateway.once('close', resolve));`,
    prints: /^Hello! I am the offline assistant\..*$/m,
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
