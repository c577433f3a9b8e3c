import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { methods } from '@cuttle/core-types/protocol';
import { codeOf, payloadOf, type RawClient } from '../gateway/raw-client.ts';
import { openServerHome, type ServerHome } from '../signals/run-server.ts';

let home: ServerHome;
beforeEach(async () => {
  home = await openServerHome();
});
afterEach(() => home[Symbol.asyncDispose]());

/** Starts a server that must refuse to, and returns what it said. */
async function refusedStart(): Promise<string> {
  const { status, out, err } = await home.start().exit;
  expect(status).toBe(1);
  expect(out).toBe('');
  // A person reads this: a code, what and where, the next step; no stack.
  expect(err).not.toMatch(/\n\s+at /);
  return err;
}

describe('at the start', () => {
  it('an unknown key is told with what may be meant, and stops nothing', async () => {
    await home.write('cuttle.json5', '{\n  gatway: {},\n  log: { levl: "debug" },\n}\n');
    const server = home.start();
    const client = await server.connect();
    await server.until('did you mean');
    const { configProblems } = payloadOf(await client.call('status'));
    expect(configProblems).toEqual([
      expect.stringMatching(/cuttle\.json5:2:\d+ gatway: .*did you mean "gateway"\?/),
      expect.stringMatching(/cuttle\.json5:3:\d+ log\.levl: .*did you mean "level"\?/),
    ]);
  });

  it.each<[what: string, text: string, said: readonly (string | RegExp)[]]>([
    [
      'a value of the wrong type',
      '{\n  gateway: { bind: 7 },\n}\n',
      ['config.invalid', /cuttle\.json5:2:\d+ gateway\.bind: .*loopback/],
    ],
    [
      'text that does not parse',
      '{\n  gateway: {\n    port: 1,,\n}\n',
      ['config.syntax', /cuttle\.json5:3/],
    ],
    [
      'half an address',
      '{ providers: { x: { kind: "openai", baseUrl: "http://${NO_SUCH}/v1" } } }',
      ['config.invalid', /providers\.x\.baseUrl: .*NO_SUCH/],
    ],
    [
      'an unknown kind of provider',
      '{ providers: { x: { kind: "nothing" } } }',
      ['config.invalid', 'nothing', /Kinds: .*openai/],
    ],
    [
      'an unknown platform',
      '{ channels: { pigeon: { main: {} } } }',
      ['config.invalid', 'pigeon', /telegram/],
    ],
    [
      'a channel without its token',
      '{ channels: { telegram: { main: {} } } }',
      ['config.invalid', /channels\.telegram\.main/, /token/],
    ],
    [
      'a store that this build has not',
      '{ store: { url: "mysql://x" } }',
      ['config.invalid', 'sqlite:'],
    ],
  ])('%s is refused with its place', async (_what, text, said) => {
    await home.write('cuttle.json5', text);
    const err = await refusedStart();
    for (const words of said) expect(err).toMatch(words);
  });

  it('an include of itself is refused with the way it goes', async () => {
    await home.write('cuttle.json5', '{\n  $include: "a.json5",\n}\n');
    await home.write('a.json5', '{ $include: "cuttle.json5" }');
    const err = await refusedStart();
    expect(err).toMatch(/^config\.cycle: /);
    expect(err).toMatch(/cuttle\.json5.*a\.json5.*cuttle\.json5/s);
  });

  it('a port that another uses is named', async () => {
    const first = home.start();
    const { port } = new URL(await first.ready);
    await using other = await openServerHome();
    const second = other.start({ CUTTLE_GATEWAY__PORT: port });
    const { status, err } = await second.exit;
    expect(status).toBe(1);
    expect(err).toContain(`gateway.port-in-use: Port ${port}`);
  });
});

describe('while it runs', () => {
  const levelOf = async (client: RawClient): Promise<unknown> =>
    payloadOf(await client.call('config.get', { path: 'log.level' }))['config'];

  it.each([
    ['of the wrong type', '{ log: { level: 7 } }', 'log.level'],
    ['that does not parse', '{ log: ', 'cuttle.json5'],
    ['with a cycle', '{ $include: "cuttle.json5" }', 'cuttle.json5'],
  ])(
    'a change %s is refused, and the last good configuration runs on',
    async (_what, bad, said) => {
      await home.write('cuttle.json5', '{ log: { level: "warn" } }');
      const client = await home.start().connect();
      await home.write('cuttle.json5', bad);
      const reload = payloadOf(await client.call('config.reload'));
      expect(reload).toMatchObject({ applied: false });
      expect(JSON.stringify(reload['problems'])).toContain(said);
      expect(await levelOf(client)).toBe('warn');
      const { configProblems } = payloadOf(await client.call('status'));
      expect(JSON.stringify(configProblems)).toContain(said);
      await home.write('cuttle.json5', '{ log: { level: "error" } }');
      expect(payloadOf(await client.call('config.reload'))).toMatchObject({ applied: true });
      expect(payloadOf(await client.call('status'))['configProblems']).toEqual([]);
      expect(await levelOf(client)).toBe('error');
    },
  );

  it('a set value is checked before the file is touched, and its comments stay', async () => {
    const text = '{\n  // How much it says.\n  log: { level: "warn" },\n}\n';
    await home.write('cuttle.json5', text);
    const client = await home.start().connect();
    const wrong = await client.call('config.set', { path: 'log.level', value: 'loud' });
    expect(codeOf(wrong)).toBe('config.invalid');
    const stale = { path: 'log.level', value: 'error', baseHash: 'of another text' };
    expect(codeOf(await client.call('config.set', stale))).toBe('config.stale');
    expect(await home.read('cuttle.json5')).toBe(text);
    const { hash } = payloadOf(await client.call('config.get'));
    const set = payloadOf(await client.call('config.set', { ...stale, baseHash: hash }));
    const row = methods.find(({ name }) => name === 'config.set');
    expect(row?.result.parse(set)).toEqual(set);
    expect(await home.read('cuttle.json5')).toBe(text.replace('warn', 'error'));
  });
});
