import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel, Clock, Log } from '@cuttle/core-types/ports';
import {
  createInstantClock,
  createRecordingDoor,
  type RecordingDoor,
} from '@cuttle/testkit/channel-contract';
import { openWhatsappWeb, type WhatsappWeb } from '@cuttle/testkit/whatsapp-web';
import { describe, expect, it } from 'vitest';
import { createWhatsappWebChannel } from '../whatsapp-web/channel.ts';
import { WhatsappWebOptions } from '../whatsapp-web/options.ts';
import { createBridgeHost } from './create-bridge-host.ts';

const ann = '491701234567';
const soon = (): AbortSignal => AbortSignal.timeout(20_000);

interface Bench extends AsyncDisposable {
  readonly folder: string;
  readonly warnings: string[];
  /** A channel whose bridge is a child of this process. */
  open(program: string | undefined, env?: Readonly<Record<string, string>>): Channel;
  /** File of a program of this text. */
  write(text: string): Promise<string>;
}

async function openBench(): Promise<Bench> {
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
    open(program, env = {}) {
      const options = WhatsappWebOptions.parse({ ...(program !== undefined && { program }) });
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

async function openWorld(options: { readonly isLinked?: boolean } = {}): Promise<WhatsappWeb> {
  const world = await openWhatsappWeb(options);
  world.person({ phone: ann, name: 'Ann' });
  return world;
}

function receive(
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

const send = async (channel: Channel, text: string, idempotencyKey: string): Promise<void> => {
  const [part] = channel.render({ text });
  if (part === undefined) throw new Error('Nothing was rendered');
  await channel.send({ kind: 'send', target: { chat: ann }, part, idempotencyKey }, soon());
};

describe('a bridge that is a child', () => {
  it('takes messages in, answers, and is started again after it died', async () => {
    await using bench = await openBench();
    await using world = await openWorld();
    const channel = bench.open(world.program);
    expect(await channel.connect(soon())).toEqual({ platformId: '15550783881', name: 'Cuttle' });
    const door = createRecordingDoor();
    await using _ = receive(channel, door);
    const first = world.say({ from: ann, text: 'one' });
    await door.waitForAccepted(1, soon());
    await world.waitFor(() => first.event.isTaken, soon());
    world.killBridges();
    world.say({ from: ann, text: 'two' });
    await door.waitForAccepted(2, soon());
    await send(channel, 'answer', 'row');
    await send(channel, 'answer', 'row');
    expect(world.visible(ann)).toMatchObject([{ text: 'answer' }]);
    expect(door.accepted.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('is given nothing of the environment that could be a secret', async () => {
    await using bench = await openBench();
    const program = await bench.write(`
      console.error('ENV ' + Object.keys(process.env).toSorted().join(' '));
      console.log(JSON.stringify({ type: 'ready', version: 1 }));
      process.stdin.on('data', () => process.exit(3)).on('end', () => process.exit(0));`);
    const env = { PATH: '/bin', OPENAI_API_KEY: 'sk-secret', CUTTLE_TOKEN: 't', HTTPS_PROXY: 'p' };
    const channel = bench.open(program, env);
    await expect(channel.connect(soon())).rejects.toMatchObject({
      code: 'channel.unavailable',
      message: expect.stringContaining('status 3'),
    });
    expect(bench.warnings.join('\n')).toContain('ENV HTTPS_PROXY PATH"');
  });

  it('may write what it likes: the lines that are ours count, the log stays small', async () => {
    await using bench = await openBench();
    const program = await bench.write(`
      import { createInterface } from 'node:readline';
      const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
      process.stdout.write('Hello!\\n\\n{"type":"launch"}\\n{"type":\\n\\u0000\\xff\\n[]\\n');
      for (let times = 0; times < 2000; times += 1) process.stdout.write('noise\\n');
      process.stdout.write('x'.repeat(5_000_000) + '\\n');
      say({ type: 'ready', version: 1, more: true });
      say({ type: 'done', id: 'nobody asked' });
      for await (const line of createInterface({ input: process.stdin })) {
        const { id } = JSON.parse(line);
        say({ type: 'connected', account: { id: '15550783881', name: '' } });
        say({ type: 'done', id });
      }`);
    const channel = bench.open(program);
    expect(await channel.connect(soon())).toMatchObject({ name: '+15550783881' });
    expect(bench.warnings).toHaveLength(50);
    expect(bench.warnings.join('').length).toBeLessThan(20_000);
  });

  it.each([
    [
      'of another version',
      `console.log('{"type":"ready","version":2}'); setInterval(() => {}, 1000);`,
    ],
    ['that ends at once', 'process.exit(1);'],
    ['that cannot be read', 'this is no program'],
  ])('%s is not there, which is said', async (_, text) => {
    await using bench = await openBench();
    const channel = bench.open(await bench.write(text));
    await expect(channel.connect(soon())).rejects.toMatchObject({
      code: 'channel.unavailable',
      details: { reached: false },
    });
  });

  it('that is not installed says how it is; one that is, is found', async () => {
    await using bench = await openBench();
    const channel = bench.open(undefined);
    await expect(channel.connect(soon())).rejects.toMatchObject({
      code: 'channel.unavailable',
      message: expect.stringContaining('not installed'),
      hint: `Install it: npm install --prefix "${bench.folder}" @cuttle/whatsapp-web`,
    });
    const place = join(bench.folder, 'node_modules', '@cuttle', 'whatsapp-web');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'package.json'), JSON.stringify({ bin: { bridge: 'main.mjs' } }));
    await writeFile(join(place, 'main.mjs'), 'process.exit(9);');
    await expect(channel.connect(soon())).rejects.toThrow('status 9');
  });
});

describe('a login', () => {
  it('shows each code until somebody scans it, and ends where it is linked', async () => {
    await using bench = await openBench();
    await using world = await openWorld({ isLinked: false });
    const channel = bench.open(world.program);
    await expect(channel.connect(soon())).rejects.toMatchObject({
      code: 'channel.auth',
      hint: expect.stringContaining('cuttle channels login whatsapp-web'),
    });
    const { login } = channel;
    const shown = await login?.step(undefined, soon());
    expect(shown).toMatchObject({ state: 'code', code: world.code });
    const seen = shown?.state === 'code' ? shown.code : '';
    // Whoever stops watching ends nothing.
    await expect(login?.step(seen, AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
    const linked = login?.step(seen, soon());
    world.scan();
    expect(await linked).toEqual({ state: 'linked', platformId: '15550783881', name: 'Cuttle' });
    expect(await login?.step(seen, soon())).toMatchObject({ state: 'linked' });
    expect(await channel.connect(soon())).toMatchObject({ platformId: '15550783881' });
  });

  it('that ends well while a connection is tried is what the try comes to', async () => {
    await using bench = await openBench();
    const program = await bench.write(`
      import { createInterface } from 'node:readline';
      const held = [];
      console.log(JSON.stringify({ type: 'ready', version: 1 }));
      for await (const line of createInterface({ input: process.stdin })) {
        const { id, type } = JSON.parse(line);
        if (held.push({ id, type }) < 2) continue;
        const idOf = (name) => held.find((one) => one.type === name)?.id;
        const lines = [
          { type: 'failed', id: idOf('connect'), code: 'unlinked', message: 'No account.' },
          { type: 'connected', account: { id: '15550783881', name: 'Cuttle' } },
          { type: 'done', id: idOf('login') },
        ];
        process.stdout.write(lines.map((one) => JSON.stringify(one) + '\\n').join(''));
      }`);
    const channel = bench.open(program);
    const account = { platformId: '15550783881', name: 'Cuttle' };
    expect(
      await Promise.all([channel.connect(soon()), channel.login?.step(undefined, soon())]),
    ).toEqual([account, { state: 'linked', ...account }]);
    expect(await channel.connect(soon())).toEqual(account);
  });

  it('that came to nothing says why, and may be begun again', async () => {
    await using bench = await openBench();
    await using world = await openWorld({ isLinked: false });
    world.fail({ command: 'login', act: { code: 'unavailable', message: 'Nobody scanned it.' } });
    const channel = bench.open(world.program);
    await expect(channel.login?.step(undefined, soon())).rejects.toThrow('Nobody scanned it.');
    expect(await channel.login?.step(undefined, soon())).toMatchObject({ state: 'code' });
  });

  it('is ended by a logout, which ends what receives', async () => {
    await using bench = await openBench();
    await using world = await openWorld();
    const channel = bench.open(world.program);
    await using receiving = receive(channel, createRecordingDoor());
    await world.waitFor(() => world.isListening, soon());
    await channel.login?.logout(soon());
    expect(world.isLinked).toBe(false);
    expect(await receiving.end).toMatchObject({ code: 'channel.auth' });
    await expect(channel.connect(soon())).rejects.toMatchObject({ code: 'channel.auth' });
  });
});

it('does not hand in again what was stored and only not confirmed', async () => {
  await using bench = await openBench();
  await using world = await openWorld();
  const channel = bench.open(world.program);
  world.fail({ command: 'taken', act: 'die' });
  const { event } = world.say({ from: ann, text: 'once' });
  const door = createRecordingDoor();
  await using _ = receive(channel, door);
  await world.waitFor(() => event.isTaken, soon());
  expect(door.offered).toHaveLength(1);
});

it('keeps nothing of a file it fetched', async () => {
  await using bench = await openBench();
  await using world = await openWorld();
  const channel = bench.open(world.program);
  const bytes = new Uint8Array([1, 2, 3]);
  const { event } = world.say({ from: ann, text: '', file: { kind: 'image', bytes } });
  const door = createRecordingDoor();
  await using _ = receive(channel, door);
  await world.waitFor(() => event.isTaken, soon());
  const ref = door.accepted[0]?.media?.[0]?.file?.ref ?? null;
  expect(await channel.media?.fetch({ ref, maxBytes: 10 }, soon())).toEqual(bytes);
  const { mode, nlink } = await stat(join(bench.folder, 'main', 'downloads'));
  expect([mode & 0o777, nlink]).toEqual([0o700, 2]);
});

describe('render', () => {
  it('spells the buttons that other platforms have', async () => {
    await using bench = await openBench();
    const channel = bench.open('none');
    const buttons = [
      [
        { label: 'Yes, *do*', token: 'approve a_b' },
        { label: 'No', token: 'deny' },
      ],
    ];
    const [part] = channel.render({ text: 'May I? Answer /deny or not.', buttons });
    expect(part?.text).toBe('May I? Answer /deny or not.\n\nYes, *do*: /approve a_b');
    expect(channel.render({ text: '', buttons })).toHaveLength(1);
  });

  it('edits what can be edited, and says anew what is too old for that', async () => {
    await using bench = await openBench();
    await using world = await openWorld();
    const channel = bench.open(world.program);
    const [part] = channel.render({ text: 'Later.' });
    if (part === undefined) throw new Error('Nothing was rendered');
    await send(channel, 'First.', 'row');
    const messageId = world.visible(ann)[0]?.id ?? '';
    const edit = { kind: 'edit', target: { chat: ann }, part, idempotencyKey: 'end' } as const;
    const old = createInstantClock().now() - 20 * 60_000;
    await channel.send({ ...edit, receipt: { messageId, at: old } }, soon());
    expect(world.visible(ann)).toMatchObject([
      { text: 'First.' },
      { text: 'Later.', replyTo: messageId },
    ]);
  });

  it('takes an address as people write it', async () => {
    await using bench = await openBench();
    const channel = bench.open('none');
    expect(channel.address('+49 170 1234567')).toMatchObject({ key: ann, group: false });
    expect(channel.address('120363041234567890@g.us')).toMatchObject({ group: true });
    expect(channel.address('@ann')).toBeUndefined();
  });
});
