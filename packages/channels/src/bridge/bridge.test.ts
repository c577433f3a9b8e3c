import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bridgeVersion } from '@cuttle/core-types/bridge';
import { createRecordingDoor } from '@cuttle/testkit/channel-contract';
import { describe, expect, it } from 'vitest';
import { ann, openBench, openWorld, receive, send, soon } from './testing/bench.ts';

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
      console.log(JSON.stringify({ type: 'ready', version: ${bridgeVersion} }));
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
      say({ type: 'ready', version: ${bridgeVersion}, more: true });
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
      `console.log('{"type":"ready","version":1}'); setInterval(() => {}, 1000);`,
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
      console.log(JSON.stringify({ type: 'ready', version: ${bridgeVersion} }));
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
  const { mode, nlink } = await stat(join(bench.folder, 'main', 'files'));
  expect([mode & 0o777, nlink]).toEqual([0o700, 2]);
});
