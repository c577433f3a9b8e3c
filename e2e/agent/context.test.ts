import { afterEach, describe, expect, it } from 'vitest';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelCall, text } from '@cuttle/testkit';
import {
  type ContextConfig,
  type ContextGateway,
  isFlushCall,
  isSummaryCall,
  lookScript,
  openContext,
  order,
} from './open-context.ts';

const small: ContextConfig = { windows: { 'small-8k': 8_000 }, model: 'small-8k' };

let gateway: ContextGateway;
afterEach(() => gateway[Symbol.asyncDispose]());

const isTurn = (call: ModelCall): boolean => !isSummaryCall(call) && !isFlushCall(call);

const filler = (words: number, seed: string): string =>
  Array.from({ length: words }, (_, at) => `${seed}${at}`).join(' ');

/** Turns until a summary was made; the last answer. */
async function fill(turns: number, words = 300): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    const { status } = await gateway.ask(`turn ${turn} ${filler(words, 'w')}`);
    expect(status).toBe('completed');
  }
}

describe('a conversation that grows past its window', () => {
  it('is summarised before it overflows, and says so', async () => {
    gateway = await openContext(small);
    await fill(20);
    expect(gateway.model.rejections).toEqual([]);
    expect(gateway.summaryCalls().length).toBeGreaterThan(1);
    const last = gateway.model.calls.findLast(isTurn);
    expect(last?.messages[0]?.text).toContain('[Summary of the ');
    expect(last?.system).toContain(order);
    const { compactions } = await gateway.server.call('sessions.compactions', {
      sessionKey: 'main',
    });
    expect(compactions.length).toBe(gateway.summaryCalls().length);
    expect(compactions[0]).toMatchObject({ by: 'model', model: 'local/small-8k', isCurrent: true });
    const told = gateway.heard
      .map(({ event }) => event.type)
      .filter((type) => type.startsWith('comp'));
    expect(told.slice(0, 2)).toEqual(['compaction.start', 'compaction.end']);
    // Every word that was said is still in the history.
    const { entries } = await gateway.server.call('chat.history', {
      sessionKey: 'main',
      limit: 200,
    });
    expect(JSON.stringify(entries)).toContain('turn 0 w0');
    const { context } = await gateway.server.call('sessions.get', { sessionKey: 'main' });
    expect(context?.window).toBe(8_000);
    expect(context?.tokens).toBeGreaterThan(500);
    // The calls that wrote summaries are counted.
    const { rows } = await gateway.server.call('usage.status', {});
    expect(rows[0]?.calls).toBe(gateway.model.calls.length);
  });

  it('keeps large results of tools out of the way, and every request within the window', async () => {
    gateway = await openContext({ ...small, windows: { 'small-8k': 8_000 } });
    for (const chars of [1_000, 200_000, 60_000, 5_000, 120_000, 3_000, 90_000])
      expect((await gateway.ask(`call look ${chars}`)).status).toBe('completed');
    expect(gateway.model.rejections).toEqual([]);
  });

  it('goes on with a smaller model in the middle, and with one whose window nobody stated', async () => {
    gateway = await openContext({
      windows: { big: 100_000, tiny: 4_000 },
      told: { big: 100_000 },
      model: 'big',
    });
    await fill(12, 500);
    expect(gateway.model.rejections).toEqual([]);
    await gateway.server.call('sessions.patch', { sessionKey: 'main', model: 'local/tiny' });
    const { status } = await gateway.ask('and now?');
    expect(status).toBe('completed');
    expect(gateway.model.rejections.length).toBeGreaterThan(0);
    expect(gateway.model.calls.at(-1)?.messages.at(-1)?.text).toContain('and now?');
  });

  it('says plainly that one message alone is too long, keeps it, and goes on with the next', async () => {
    gateway = await openContext(small);
    await fill(2);
    const huge = await gateway.ask(filler(20_000, 'huge'));
    expect(huge.status).toBe('failed');
    expect(huge.text).toMatch(/Your message alone is longer than what small-8k can read/);
    const { entries } = await gateway.server.call('chat.history', { sessionKey: 'main' });
    expect(JSON.stringify(entries)).toContain('huge19999');
    expect((await gateway.ask('shorter then')).text).toContain('shorter then');
    expect((await gateway.ask('and on')).text).toContain('and on');
  });

  it('goes on where no summary can be written', async () => {
    gateway = await openContext({
      ...small,
      script: (call) =>
        isSummaryCall(call)
          ? { type: 'error', status: 400, headers: {}, delayMs: 0 }
          : typeof lookScript === 'function'
            ? lookScript(call)
            : undefined,
    });
    await fill(20);
    const { compactions } = await gateway.server.call('sessions.compactions', {
      sessionKey: 'main',
    });
    expect(compactions[0]).toMatchObject({ by: 'digest' });
  });
});

describe('a summary', () => {
  it('is made when somebody asks, waits its turn, and can be taken back to the byte', async () => {
    gateway = await openContext({ windows: { big: 100_000 }, model: 'big' });
    await fill(6, 60);
    const { sessionId } = await gateway.server.call('sessions.get', { sessionKey: 'main' });
    const { runId } = await gateway.server.call('sessions.compact', {
      sessionKey: 'main',
      instructions: 'keep the number 4711',
    });
    const end = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(end).toMatchObject({ status: 'completed' });
    expect(end.text).toMatch(/^Summarised \d+ entries/);
    expect(gateway.summaryCalls()).toHaveLength(1);
    expect(gateway.summaryCalls()[0]?.system).toContain('keep the number 4711');
    const { compactions } = await gateway.server.call('sessions.compactions', {
      sessionKey: 'main',
    });
    const [made] = compactions;
    expect(made).toMatchObject({ instructions: 'keep the number 4711', isCurrent: true });
    await gateway.ask('short?');
    expect(gateway.model.calls.at(-1)?.messages[0]?.text).toContain('[Summary of the ');
    const restored = await gateway.server.call('sessions.restore', {
      sessionKey: 'main',
      summaryUpto: made?.uptoSeq ?? 0,
    });
    expect(restored).toEqual({ ok: true, count: 1 });
    await gateway.ask('long again?');
    expect(gateway.model.calls.at(-1)?.messages[0]?.text).toMatch(/^turn 0 /);
    const row = await gateway.server.call('sessions.get', { sessionKey: 'main' });
    expect(row.sessionId).toBe(sessionId);
    await expect(
      gateway.server.call('sessions.restore', { sessionKey: 'main', summaryUpto: 1 }),
    ).rejects.toMatchObject({ code: 'request.not-found' });
  });

  it('is asked for with /compact, and has nothing to do in a session that just began', async () => {
    gateway = await openContext({ windows: { big: 100_000 }, model: 'big' });
    expect((await gateway.ask('/compact')).text).toBe('There is nothing to summarise yet.');
    await fill(5, 50);
    expect((await gateway.ask('/compact keep names')).text).toMatch(/^Summarised \d+ entries/);
    expect((await gateway.ask('/status')).text).toMatch(/Context: \d+ of 100000 tokens/);
  });
});

describe('what a summary leaves out', () => {
  /** The notes of the memory, each on its line. */
  async function notes(): Promise<readonly string[]> {
    const folder = join(gateway.home, 'workspace', 'main', 'memory');
    const names = await readdir(folder).catch(() => []);
    const files = names.map((name) => readFile(join(folder, name), 'utf8'));
    return (await Promise.all(files)).flatMap((file) =>
      file.split('\n').filter((line) => line.startsWith('- ')),
    );
  }
  const asking = (answer: string): ContextConfig => ({
    windows: { big: 100_000 },
    model: 'big',
    script: (call) =>
      isFlushCall(call)
        ? answer === 'fail'
          ? { type: 'error', status: 400, headers: {}, delayMs: 0 }
          : [text(answer)]
        : typeof lookScript === 'function'
          ? lookScript(call)
          : undefined,
  });
  const flushes = () => gateway.model.calls.filter(isFlushCall);

  it('is remembered where it is worth it: asked once for each summary, counted, in the file of the day', async () => {
    gateway = await openContext(
      asking('Here:\n- The cat is called Luna. <!-- cuttle {} -->\n2) They move in May.\n'),
    );
    await fill(6, 60);
    expect((await gateway.ask('/compact')).text).toMatch(/^Summarised/);
    expect(flushes()).toHaveLength(1);
    expect(flushes()[0]?.messages[0]?.text).toContain('turn 0 w0');
    const kept = await notes();
    expect(kept).toHaveLength(2);
    expect(kept[0]).toMatch(
      /^- The cat is called Luna\. <!-- cuttle \{\} --> <!-- cuttle \{"once":\["flush:/,
    );
    expect(kept[1]).toContain('They move in May.');
    const { rows } = await gateway.server.call('usage.status', {});
    expect(rows[0]?.calls).toBe(gateway.model.calls.length);
  });

  it('is not remembered where nothing was said, where it fails, where it is off, and where the agent may not', async () => {
    for (const [answer, over] of [
      ['There is nothing to keep.', {}],
      ['fail', {}],
      ['- A fact.', { memory: { flush: false } }],
      ['- A fact.', { deny: ['memory_*'] }],
    ] as const) {
      gateway = await openContext({ ...asking(answer), ...over });
      await fill(6, 60);
      expect((await gateway.ask('/compact')).text).toMatch(/^Summarised/);
      expect(await notes()).toEqual([]);
      expect(flushes().length).toBe('memory' in over || 'deny' in over ? 0 : 1);
      await gateway[Symbol.asyncDispose]();
    }
    gateway = await openContext(asking('NONE'));
  });
});
