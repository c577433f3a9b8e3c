import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createVictim, type Victim } from './victim.ts';

/** A program that is ready at once, and does what `then` says. */
async function open(then: string): Promise<Victim> {
  const port = await findPort();
  const source = `
    const { createServer } = require('node:http');
    const server = createServer((_request, response) => response.end());
    server.listen(${port}, '127.0.0.1', () => { ${then} });`;
  return createVictim({
    command: { file: process.execPath, args: ['-e', source], env: {} },
    readyUrl: `http://127.0.0.1:${port}/ready`,
  });
}

describe('a program to kill', () => {
  it('lives again and again over its kills', async () => {
    await using victim = await open('');
    expect(await victim.start()).toBe('ready');
    await victim.kill();
    expect(victim.running).toBe(false);
    expect(await victim.start()).toBe('ready');
    await victim.kill();
    expect(victim).toMatchObject({ lives: 2, kills: 2, faults: [] });
    expect(victim.readyAfterMs).toHaveLength(2);
  });

  it('is told at which instant to die, and is dead before it was ready', async () => {
    await using victim = await open(
      "if (process.env.CUTTLE_CRASH_POINT === 'boot.after.lock:2') process.kill(process.pid, 'SIGKILL')",
    );
    expect(await victim.start({ name: 'boot.after.lock', hit: 2 })).toBe('dead');
    expect(await victim.start()).toBe('ready');
    expect(victim).toMatchObject({ kills: 1, faults: [] });
  });

  it('has a fault where it ends by itself, with its last words', async () => {
    await using victim = await open("console.error('I give up'); process.exit(3)");
    expect(await victim.start()).toBe('dead');
    expect(victim.faults).toEqual(['It ended by itself (code 3): I give up']);
    expect(victim.kills).toBe(0);
  });

  it('has none where it was asked to end', async () => {
    await using victim = await open("process.on('SIGTERM', () => process.exit(0))");
    await victim.start();
    expect(await victim.stop()).toEqual({ code: 0, signal: null });
    expect(victim.faults).toEqual([]);
  });

  it('is not waited for in vain', async () => {
    await using victim = createVictim({
      command: { file: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: {} },
      readyUrl: `http://127.0.0.1:${await findPort()}/ready`,
      readyMs: 100,
    });
    expect(await victim.start()).toBe('dead');
    expect(victim.faults[0]).toContain('It was not ready after 100 ms');
  });

  it('has a fault where it cannot be started', async () => {
    await using victim = createVictim({
      command: { file: '/nowhere/to/be/found', args: [], env: {} },
      readyUrl: `http://127.0.0.1:${await findPort()}/ready`,
    });
    expect(await victim.start()).toBe('dead');
    expect(victim.faults[0]).toContain('The program did not start');
  });
});

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address ? address.port : 0;
}
