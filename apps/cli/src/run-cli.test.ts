import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import { fixedClock } from '@cuttle/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { CliContext } from './context.ts';
import { type Bench, openBench, type Ran } from './testing/run-command.ts';
import {
  type Answer,
  openScriptedGateway,
  type ScriptedGateway,
} from './testing/scripted-gateway.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

async function bench(overrides: Partial<CliContext> = {}): Promise<Bench> {
  const made = await openBench(overrides);
  open.push(made);
  return made;
}
/** A home in which a gateway with these answers runs. */
async function running(
  answers: Readonly<Record<string, Answer>>,
): Promise<{ gateway: ScriptedGateway; cli: Bench }> {
  const gateway = await openScriptedGateway(answers);
  open.push(gateway);
  const cli = await bench({ clock: fixedClock() });
  await cli.announce(gateway.url);
  return { gateway, cli };
}
const at = '2026-01-02T03:04:05.678Z';

describe('the command line', () => {
  it('says its version and its help', async () => {
    const cli = await bench();
    expect(await cli.run('version')).toEqual({ status: 0, out: '1.2.3\n', err: '' });
    expect(await cli.run('version', '--json')).toEqual({
      status: 0,
      out: '{\n  "version": "1.2.3"\n}\n',
      err: '',
    });
    const { status, out, err } = await cli.run('--help');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('Exit status:');
    expect((await cli.run('config', 'set', '--help')).out).toContain(
      'Usage: cuttle config set [options] <path> <value>',
    );
  });

  it.each([
    [['stat'], "error: unknown command 'stat'"],
    [['why'], "error: missing required argument 'id'"],
    [['sessions', 'list', '-n', 'many'], 'It must be a whole number above 0.'],
    [['message', 'send', 'hi'], "error: required option '--channel <name>' not specified"],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
    [['status', '--what'], "error: unknown option '--what'"],
  ])('answers %j with status 2 and what is wrong', async (argv, message) => {
    const { status, out, err } = await (await bench()).run(...argv);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
  });

  it.each([
    ['status'],
    ['health'],
    ['logs'],
    ['open'],
    ['stop'],
    ['pair', 'list'],
    ['why', 'x'],
    ['model', 'list'],
    ['messages', 'failed'],
  ])('says that no gateway runs, with status 3, for %s', async (...argv) => {
    expect(await (await bench()).run(...argv)).toEqual({
      status: 3,
      out: '',
      err: 'gateway.not-running: No gateway runs.\nStart it with `cuttle start`.\n',
    });
  });

  it('does not take what a crashed gateway left behind for one', async () => {
    const cli = await bench();
    await cli.announce('http://127.0.0.1:1', 99);
    expect((await cli.run('status')).status).toBe(3);
    await cli.announce('http://127.0.0.1:1');
    expect((await cli.run('status')).err).toContain('No gateway answers at ws://127.0.0.1:1/ws.');
    await writeFile(join(cli.home, 'run', 'gateway.json'), '{"pid":');
    expect((await cli.run('status')).status).toBe(3);
  });

  it('says that it is refused, with status 4', async () => {
    const { cli } = await running({});
    await writeFile(join(cli.home, 'credentials', 'gateway-token'), 'wrong');
    const { status, err } = await cli.run('status');
    expect({ status, err: err.split('\n')[0] }).toEqual({
      status: 4,
      err: 'access.unauthenticated: The token is not right.',
    });
  });

  it('takes the token that is configured before the one that was made', async () => {
    const { cli } = await running({
      health: () => ({ ok: true, ready: true, reasons: [], uptimeMs: 61_000 }),
    });
    await writeFile(join(cli.home, 'credentials', 'gateway-token'), 'wrong');
    await writeFile(
      join(cli.home, 'cuttle.json5'),
      `{ gateway: { auth: { token: 'right-but-long' } } }`,
    );
    expect((await cli.run('health')).status).toBe(4);
    await writeFile(join(cli.home, 'cuttle.json5'), `{ broken`);
    await writeFile(join(cli.home, 'credentials', 'gateway-token'), 'right');
    expect(await cli.run('health')).toEqual({ status: 0, out: 'ready, up 1m 1s\n', err: '' });
  });

  it('tells failures as JSON when asked to', async () => {
    const { cli } = await running({
      'messages.fate': () => {
        throw new CuttleError('request.not-found', 'No message has this id.');
      },
    });
    const { status, out, err } = await cli.run('why', 'x', '--json');
    expect({ status, out, error: JSON.parse(err) }).toEqual({
      status: 1,
      out: '',
      error: {
        error: {
          code: 'request.not-found',
          message: 'No message has this id.',
          hint: 'Check the address.',
          retryable: false,
        },
      },
    });
  });

  it('ends with status 130 when it is interrupted', async () => {
    let asked = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { cli } = await running({
      status: () => {
        asked();
        return new Promise(() => undefined);
      },
    });
    const ended = cli.run('status');
    await waiting;
    cli.signal('SIGINT');
    expect(await ended).toEqual({ status: 130, out: '', err: '' });
  });

  it('talks to the gateway that is named', async () => {
    const { gateway } = await running({
      health: () => ({ ok: true, ready: false, reasons: ['store.full'], uptimeMs: 0 }),
    });
    const elsewhere = await bench();
    await elsewhere.announce('http://127.0.0.1:1');
    expect(await elsewhere.run('--url', gateway.url, 'health')).toEqual({
      status: 1,
      out: 'not ready: store.full\n',
      err: '',
    });
  });
});

describe('what it shows', () => {
  const cases: readonly (readonly [readonly string[], Readonly<Record<string, Answer>>, Ran])[] = [
    [
      ['sessions', 'list', '--search', 'cat'],
      {
        'sessions.list': ({ search, limit }) => ({
          sessions: [
            {
              sessionKey: 'agent:main:main',
              sessionId: 's',
              agentId: 'main',
              title: JSON.stringify([search, limit]),
              archived: false,
              messages: 3,
              createdAt: at,
              updatedAt: at,
            },
          ],
        }),
      },
      {
        status: 0,
        out: 'Session          Messages  Last active           Title\nagent:main:main  3         2026-01-02 03:04:05Z  ["cat",50]\n',
        err: '',
      },
    ],
    [
      ['sessions', 'list'],
      { 'sessions.list': () => ({ sessions: [] }) },
      { status: 0, out: 'There are no sessions.\n', err: '' },
    ],
    [
      ['sessions', 'show', 'main'],
      {
        'chat.history': () => ({
          sessionKey: 'agent:main:main',
          cursor: 'c',
          entries: [
            {
              seq: 1,
              at,
              messages: [
                { role: 'user', parts: [{ type: 'text', text: 'hi \u001B[31mred\u001B[0m' }] },
              ],
            },
            {
              seq: 2,
              at,
              runId: 'r',
              step: 1,
              messages: [
                {
                  role: 'assistant',
                  parts: [{ type: 'tool-call', callId: 'c', name: 'add', input: { a: 1 } }],
                },
              ],
            },
            {
              seq: 3,
              at,
              runId: 'r',
              messages: [
                {
                  role: 'tool',
                  parts: [{ type: 'tool-result', callId: 'c', name: 'add', ok: true, content: [] }],
                },
              ],
            },
          ],
          queued: [{ inboundId: 'i', text: 'more', at }],
        }),
      },
      {
        status: 0,
        out: '1 · 2026-01-02 03:04:05Z user\nhi red\n  → add {"a":1}\n  ← add done\n(waiting) more\n',
        err: '',
      },
    ],
    [
      ['pair', 'list'],
      {
        'pairing.list': () => ({
          pairings: [
            {
              code: 'ABCD',
              channel: 'telegram',
              account: 'main',
              accountId: 'an-id',
              sender: '42',
              name: 'Ann',
              createdAt: at,
              expiresAt: at,
            },
          ],
        }),
      },
      {
        status: 0,
        out: 'Code  Channel        Who       Until\nABCD  telegram/main  Ann (42)  2026-01-02 03:04:05Z\n',
        err: '',
      },
    ],
    [
      ['pair', 'revoke', 'telegram/work', '42'],
      {
        'pairing.revoke': ({ channel, account, sender }) => ({
          ok: [channel, account, sender].join(' ') === 'telegram work 42',
        }),
      },
      { status: 0, out: '42 is a stranger again.\n', err: '' },
    ],
    [
      ['pair', 'approve', 'ABCD'],
      {
        'pairing.approve': ({ code }) => ({
          channel: 'telegram',
          account: 'main',
          sender: '42',
          name: code,
        }),
      },
      { status: 0, out: 'ABCD (42) is let in on telegram/main.\n', err: '' },
    ],
    [
      ['pair', 'refuse', 'ABCD'],
      { 'pairing.refuse': () => ({ channel: 'telegram', account: 'main', sender: '42' }) },
      { status: 0, out: '42 is refused on telegram/main.\n', err: '' },
    ],
    [
      ['pair', 'allowed'],
      {
        'pairing.allowed': () => ({
          people: [
            { channel: 'telegram', account: 'main', sender: '42', name: 'Ann\u001b[2J', since: at },
          ],
        }),
      },
      {
        status: 0,
        out: 'Channel        Id  Name  Since\ntelegram/main  42  Ann   2026-01-02 03:04:05Z\n',
        err: '',
      },
    ],
    [
      ['model', 'list'],
      {
        'models.list': () => ({
          models: [
            {
              id: 'a/b',
              provider: 'a',
              isDefault: true,
              contextWindow: 8,
              prices: { input: 250_000, output: 1_000_000 },
            },
          ],
          default: 'a/b',
          reason: 'configured',
          failures: [{ provider: 'c', code: 'provider.auth', message: 'No.' }],
        }),
      },
      {
        status: 0,
        out: [
          '   Model  Context  Answer  Input  Output  Takes  Thinks',
          '*  a/b    8                $0.25  $1.00',
          'configured',
          'c did not tell its models. provider.auth: No.',
          '',
        ].join('\n'),
        err: '',
      },
    ],
    [
      ['model', 'test', 'a/b'],
      {
        'models.test': ({ model }) => ({
          model,
          ok: false,
          error: { code: 'provider.auth', message: 'No.', hint: 'Check the key.' },
        }),
      },
      { status: 1, out: 'a/b does not answer. provider.auth: No.\nCheck the key.\n', err: '' },
    ],
    [
      ['model', 'keys'],
      {
        'providers.status': () => ({
          providers: [
            {
              id: 'a',
              kind: 'openai',
              detail: '',
              keys: [
                { label: '#1', state: 'ready', failing: [] },
                {
                  label: '#2',
                  state: 'resting',
                  failing: [
                    {
                      model: 'b',
                      state: 'resting',
                      until: '2026-01-02T03:04:05.000Z',
                      code: 'provider.auth',
                      failures: 1,
                    },
                  ],
                },
              ],
            },
          ],
          default: 'a/b',
          reason: 'configured',
        }),
      },
      {
        status: 0,
        out: 'Provider  Key  State    Model  Until                 Last error\na         #1   ready\na         #2   resting  b      2026-01-02 03:04:05Z  provider.auth\n',
        err: '',
      },
    ],
    [
      ['message', 'send', 'hello', '--channel', 'telegram', '--to', '42', '--key', 'k'],
      { send: (params) => ({ ids: [JSON.stringify(params)] }) },
      {
        status: 0,
        out: 'Accepted for delivery ({"channel":"telegram","account":"main","to":"42","message":"hello","idempotencyKey":"k"}); `cuttle messages failed` shows what could not be delivered.\n',
        err: '',
      },
    ],
    [
      ['messages', 'failed'],
      {
        'messages.failed': () => ({
          messages: [
            {
              id: 'o1',
              state: 'dead',
              kind: 'send',
              origin: 'r',
              channel: 'telegram',
              account: 'main',
              to: '42',
              text: 'a\nb',
              attempt: 3,
              reason: 'channel.blocked',
              at,
            },
          ],
        }),
      },
      {
        status: 0,
        out: 'Id  State  When                  To                Why              Text\no1  dead   2026-01-02 03:04:05Z  telegram/main 42  channel.blocked  a b\n',
        err: '',
      },
    ],
    [
      ['messages', 'retry', 'o1'],
      { 'messages.retry': () => ({ ok: true }) },
      { status: 0, out: 'It is sent again.\n', err: '' },
    ],
    [
      ['messages', 'discard', 'o2'],
      { 'messages.discard': () => ({ ok: false }) },
      {
        status: 1,
        out: '',
        err: 'request.not-found: No given-up delivery has the id o2.\n`cuttle messages failed` lists them.\n',
      },
    ],
    [
      ['why', 'i1'],
      {
        'messages.fate': ({ id }) => ({
          id,
          sessionKey: 's',
          state: 'answered',
          timeline: [
            { at, what: 'received', detail: { door: 'web', n: 1 } },
            { at, what: 'queued', detail: null },
          ],
        }),
      },
      {
        status: 0,
        out: 'i1  answered  in s\n2026-01-02 03:04:05Z  received  door=web n=1\n2026-01-02 03:04:05Z  queued  \n',
        err: '',
      },
    ],
    [
      ['open'],
      { 'web.code': () => ({ url: 'http://x/#code=1', expiresAt: at }) },
      { status: 0, out: 'http://x/#code=1\n', err: '' },
    ],
    [
      ['logs'],
      {
        'logs.tail': () => ({
          lines: [{ seq: 1, at, level: 'warn', message: 'slow', fields: { ms: 3 } }],
        }),
      },
      { status: 0, out: `${at} WARN  slow  {"ms":3}\n`, err: '' },
    ],
  ];

  it.each(cases)('%j', async (argv, answers, ran) => {
    const { cli } = await running(answers);
    expect(await cli.run(...argv)).toEqual(ran);
  });

  it('the state of the gateway, and says by its status whether it is ready', async () => {
    const status = {
      version: '1.0.0',
      pid: 7,
      url: 'http://127.0.0.1:1',
      home: '/h',
      uptimeMs: 90_061_000,
      ready: false,
      reasons: ['the disk is full'],
      model: 'offline/offline',
      modelReason: 'no model is set up',
      sessions: 3,
      queued: 1,
      running: 2,
      waiting: 0,
      undelivered: 4,
      dead: 1,
      unconfirmed: 2,
      connections: 5,
      memoryMb: 70.4,
      eventLoopP99Ms: 11.26,
      configProblems: ['x: unknown key'],
      channels: [
        {
          channel: 'telegram',
          account: 'main',
          state: 'reconnecting',
          name: '@bot',
          detail: 'HTTP 502',
          ambiguity: 'at-most-once',
        },
      ],
    };
    const { cli } = await running({ status: () => status });
    expect(await cli.run('status')).toMatchInlineSnapshot(`
      {
        "err": "",
        "out": "Cuttle 1.0.0  not ready: the disk is full
      address   http://127.0.0.1:1  (process 7, up 1d 1h)
      home      /h
      model     offline/offline  no model is set up
      sessions  3: 2 running, 1 queued, 0 waiting for somebody
      delivery  4 to send, 1 given up, 2 unconfirmed (cuttle messages failed)
      process   70 MB, 5 connections, event loop p99 11.3 ms
      channel   telegram/main @bot  reconnecting  HTTP 502
      config    x: unknown key
      ",
        "status": 1,
      }
    `);
    expect(JSON.parse((await cli.run('status', '--json')).out)).toEqual(status);
  });

  it('new lines of the log as they come, until it is interrupted', async () => {
    const line = (seq: number): unknown => ({
      seq,
      at,
      level: 'info',
      message: `line ${seq}`,
      fields: {},
    });
    const asked: unknown[] = [];
    const { cli } = await running({
      'logs.tail': ({ after }) => {
        asked.push(after);
        if (asked.length === 3) cli.signal('SIGINT');
        return { lines: asked.length < 3 ? [line(asked.length)] : [] };
      },
    });
    const { status, out } = await cli.run('logs', '-f', '--json');
    expect({ status, out, asked }).toEqual({
      status: 130,
      out: `${JSON.stringify(line(1))}\n${JSON.stringify(line(2))}\n`,
      asked: [undefined, 1, 2],
    });
  });
});
