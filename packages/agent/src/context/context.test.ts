import { callsOf, type Message, type SummaryBody, userText } from '@cuttle/core-types';
import { withCpuMs } from '@cuttle/tooling/cpu-time';
import { describe, expect, it } from 'vitest';
import { collectFacts, mergeFacts } from './collect-facts.ts';
import { type ContextRoom, defaultContextRules, roomFor } from './context-rules.ts';
import { fitContext } from './fit-context.ts';
import { type ContextEntry, planCompaction } from './plan-compaction.ts';
import { pruneTranscript } from './prune-transcript.ts';
import { buildSummaryRequest, digestEntries } from './summary-request.ts';
import { toSummaryMessages } from './summary-view.ts';
import { createTokenMeter } from './token-meter.ts';
import { calibrate, tokenFamilyOf } from './token-rates.ts';

const meter = createTokenMeter('gpt');
const tools = { rules: defaultContextRules, meter };
const roomOf = (window: number, more: Partial<ContextRoom> = {}): ContextRoom => ({
  window,
  fixedTokens: 0,
  scale: 1000,
  refusals: 0,
  ...more,
});

const said = (text: string): Message => ({ role: 'assistant', parts: [{ type: 'text', text }] });
const called = (id: string): Message => ({
  role: 'assistant',
  parts: [{ type: 'tool-call', callId: id, name: 'look', input: { at: id } }],
});
const gave = (id: string, text: string, ok = true): Message => ({
  role: 'tool',
  parts: [{ type: 'tool-result', callId: id, name: 'look', ok, content: [{ type: 'text', text }] }],
});
const prose = (chars: number): string =>
  'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(chars / 45)).slice(0, chars);
const toolTurn = (id: string, chars: number): Message[] => [
  userText(`look at ${id}`),
  called(id),
  gave(id, prose(chars)),
  said(`seen ${id}`),
];
const entriesOf = (messages: readonly Message[], runId = 'r'): ContextEntry[] =>
  messages.map((message, at) => ({ seq: at + 1, runId, messages: [message] }));
const bodyOf = (more: Partial<SummaryBody> = {}): SummaryBody => ({
  v: 1,
  text: 'So far so good.',
  facts: { failures: [], tasks: [], paths: [], identifiers: [] },
  kept: [],
  by: 'model',
  runId: 'r',
  target: 4,
  entries: 4,
  ...more,
});

describe('the estimate of tokens', () => {
  it.each([
    ['prose', prose(4_000), 700, 1_200],
    [
      'json',
      JSON.stringify(Array.from({ length: 100 }, (_, id) => ({ id, ok: true }))),
      500,
      1_300,
    ],
    ['Chinese', '今天天气很好，我们去公园散步吧。'.repeat(50), 500, 900],
    ['base64', 'aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Q'.repeat(50), 500, 1_200],
  ])('is near what tokenizers count: %s', (_kind, text, least, most) => {
    const tokens = meter.ofText(text);
    expect(tokens).toBeGreaterThan(least);
    expect(tokens).toBeLessThan(most);
  });

  it('reads samples of a long text, and comes near the whole', () => {
    const long = prose(2_000_000);
    const share = meter.ofText(prose(8_000)) / 8_000;
    expect(meter.ofText(long) / long.length).toBeCloseTo(share, 2);
  });

  it('counts pictures and tools, and knows families by name', () => {
    const picture: Message = {
      role: 'user',
      parts: [{ type: 'image', mimeType: 'image/png', source: { kind: 'base64', data: 'AAAA' } }],
    };
    expect(meter.ofMessage(picture)).toBeGreaterThan(1_000);
    const tool = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };
    expect(meter.ofFixed({ system: 'Be brief.', tools: [tool] })).toBeGreaterThan(15);
    expect(tokenFamilyOf('anthropic/claude-sonnet-4', 'openai')).toBe('claude');
    expect(tokenFamilyOf('gpt-4.1-mini', 'openai')).toBe('gpt');
    expect(tokenFamilyOf('models/gemini-2.5', 'gemini')).toBe('gemini');
    expect(tokenFamilyOf('qwen3', 'ollama')).toBe('other');
  });

  it('is corrected by what the service counted, within bounds', () => {
    expect(calibrate({ estimated: 1_000, real: 1_500 }, undefined)).toBe(1_500);
    expect(calibrate({ estimated: 1_000, real: 1_000 }, 1_500)).toBe(1_250);
    expect(calibrate({ estimated: 1_000, real: 9_000 }, 1_000)).toBe(2_500);
    expect(calibrate({ estimated: 1_000, real: 5 }, undefined)).toBe(800);
    expect(calibrate({ estimated: 0, real: 5 }, 1_100)).toBe(1_100);
  });

  it('is not corrected by what differs a little from request to request, so that views stay equal', () => {
    const real = [1_210, 1_180, 1_240, 1_160, 1_195, 1_230, 1_120];
    let scale: number | undefined;
    const scales = real.map((tokens) => {
      scale = calibrate({ estimated: 1_000, real: tokens }, scale);
      return scale;
    });
    expect(scales).toEqual(real.map(() => 1_250));
  });
});

describe('pruning', () => {
  it('leaves alone what has room', () => {
    const messages = toolTurn('a', 500);
    expect(pruneTranscript(messages, 100_000, tools)).toBe(messages);
  });

  it('cuts old, large results to beginning and end, then leaves them out, and keeps the newest', () => {
    const messages = Array.from({ length: 8 }, (_, at) => toolTurn(`t${at}`, 4_000)).flat();
    const tokens = meter.ofMessages(messages);
    const trimmed = pruneTranscript(messages, tokens * 1.5, tools);
    expect(JSON.stringify(trimmed[2])).toContain('characters left out');
    expect(trimmed.at(-2)).toEqual(messages.at(-2));
    const cleared = pruneTranscript(messages, tokens * 0.5, tools);
    expect(JSON.stringify(cleared[2])).toContain('call the tool again');
    expect(cleared.filter(({ role }) => role !== 'tool')).toEqual(
      messages.filter(({ role }) => role !== 'tool'),
    );
  });

  it('touches no result of a tool that is not on the list, and keeps what a failure said', () => {
    const failed = gave('f', `ENOENT ${prose(3_000)}`, false);
    const messages = [
      userText('go'),
      called('f'),
      failed,
      ...Array.from({ length: 8 }, (_, at) => toolTurn(`t${at}`, 3_000)).flat(),
    ];
    const room = meter.ofMessages(messages) * 0.6;
    const only = { ...tools, rules: { ...defaultContextRules, pruneTools: ['web_*'] } };
    expect(JSON.stringify(pruneTranscript(messages, room, only)[2])).not.toContain('again');
    expect(JSON.stringify(pruneTranscript(messages, room, tools)[2])).toContain('ENOENT');
  });

  it('changes the beginning of a growing transcript only in steps', () => {
    const messages = Array.from({ length: 40 }, (_, at) => toolTurn(`t${at}`, 2_500)).flat();
    const beginnings = new Set<string>();
    for (let turns = 30; turns <= 40; turns += 1) {
      const view = pruneTranscript(messages.slice(0, turns * 4), 20_000, tools);
      beginnings.add(JSON.stringify(view.slice(0, 110)));
    }
    expect(beginnings.size).toBeLessThanOrEqual(6);
  });
});

describe('fitting', () => {
  it('never shows more than there is room for, whatever single results hold', () => {
    for (const window of [4_000, 16_000, 128_000]) {
      const messages = Array.from({ length: 5 }, (_, at) => toolTurn(`t${at}`, 300_000)).flat();
      const view = fitContext(messages, roomOf(window), tools);
      expect(view.tokens).toBeLessThan(window);
    }
  });

  it('leaves less and less room with each refusal, and for a service that counts more', () => {
    const rooms = [0, 1, 2, 3].map((refusals) =>
      roomFor(roomOf(32_000, { refusals }), defaultContextRules),
    );
    expect(rooms).toEqual(rooms.toSorted((left, right) => right - left));
    expect(roomFor(roomOf(32_000, { scale: 2_000 }), defaultContextRules)).toBeLessThan(
      rooms[0] ?? 0,
    );
  });
});

describe('what is summarised', () => {
  const plan = (
    entries: readonly ContextEntry[],
    kept: number,
    more: { chunk?: number; target?: number; previous?: SummaryBody } = {},
  ): ReturnType<typeof planCompaction> =>
    planCompaction(
      entries,
      { kept, keptEntries: 100, chunk: more.chunk ?? 100_000 },
      { meter, previous: more.previous, target: more.target },
    );

  it('never parts a call from its result, wherever the cut falls', () => {
    const entries = entriesOf(
      Array.from({ length: 12 }, (_, at) => toolTurn(`t${at}`, 400)).flat(),
    );
    for (let kept = 100; kept < 6_000; kept += 130) {
      const found = plan(entries, kept);
      const after = entries.find(({ seq }) => seq > (found?.uptoSeq ?? 0));
      expect(after?.messages[0]?.role).not.toBe('tool');
      expect(found?.chunk.at(-1)?.seq).toBe(found?.uptoSeq);
    }
  });

  it('keeps what is being answered, also where it alone is more than the room', () => {
    const entries = entriesOf([...toolTurn('a', 100), userText(prose(50_000))]);
    expect(plan(entries, 1_000)?.uptoSeq).toBe(4);
    expect(plan(entriesOf([userText(prose(50_000))]), 1_000)).toBeUndefined();
  });

  it('gives up an unanswered message of an earlier run, and repeats an open request behind a cut in its run', () => {
    const huge = { seq: 1, runId: 'old', messages: [userText(prose(90_000))] };
    const fresh = { seq: 2, runId: 'new', messages: [userText('shorter')] };
    expect(plan([huge, fresh], 1_000)?.uptoSeq).toBe(1);
    const steps = Array.from({ length: 8 }, (_, at) => [
      called(`c${at}`),
      gave(`c${at}`, prose(2_000)),
    ]).flat();
    const found = plan(entriesOf([userText('do it all'), ...steps]), 4_000);
    expect(found?.kept).toEqual([userText('do it all')]);
  });

  it('reads a long stretch in chunks that all come to the first target', () => {
    const entries = entriesOf(
      Array.from({ length: 30 }, (_, at) => [
        userText(`q${at} ${prose(900)}`),
        said(prose(900)),
      ]).flat(),
    );
    const first = plan(entries, 3_000, { chunk: 4_000 });
    expect(first?.uptoSeq).toBeLessThan(first?.target ?? 0);
    let upto = first?.uptoSeq ?? 0;
    for (let calls = 0; calls < 20 && upto < (first?.target ?? 0); calls += 1) {
      const rest = entries.filter(({ seq }) => seq > upto);
      const next = plan(rest, 3_000, { chunk: 4_000, ...(first && { target: first.target }) });
      expect(next?.target).toBe(first?.target);
      upto = next?.uptoSeq ?? upto;
    }
    expect(upto).toBe(first?.target);
  });
});

describe('a summary', () => {
  it('is asked for with as much of the entries as fits, and byte for byte again', () => {
    const chunk = entriesOf(toolTurn('a', 200_000));
    const ask = (): unknown =>
      buildSummaryRequest(
        { model: 'm', previous: bodyOf(), chunk, instructions: 'keep 4711' },
        3_000,
        meter,
      );
    const request = buildSummaryRequest(
      { model: 'm', previous: bodyOf(), chunk, instructions: 'keep 4711' },
      3_000,
      meter,
    );
    expect(ask()).toEqual(request);
    expect(meter.ofMessages(request.messages)).toBeLessThan(3_500);
    expect(request.system).toContain('keep 4711');
    expect(JSON.stringify(request.messages)).toContain('So far so good.');
  });

  it('keeps failures, tasks, paths and identifiers, the newest where there are many', () => {
    const facts = collectFacts([
      userText('Fix /srv/app/main.ts for AB-42, see https://example.org/x\n- [ ] write the test'),
      gave('x', 'exit 1: no such module', false),
      said('commit 9fceb02d0ae598e95dc970b74767f19372d61af8 has it'),
    ]);
    expect(facts).toEqual({
      failures: ['look: exit 1: no such module'],
      tasks: ['write the test'],
      paths: ['/srv/app/main.ts', 'https://example.org/x'],
      identifiers: ['AB-42', '9fceb02d0ae598e95dc970b74767f19372d61af8'],
    });
    const many = Array.from({ length: 99 }, (_, at) => `AB-${at}`);
    const merged = mergeFacts(facts, { ...facts, identifiers: many });
    expect(merged.identifiers).toHaveLength(40);
    expect(merged.identifiers.at(-1)).toBe('AB-98');
  });

  it('is shown with the facts that its words leave out, and with open requests', () => {
    const body = bodyOf({
      text: 'We work on /srv/a.',
      facts: { failures: ['look: no'], tasks: [], paths: ['/srv/a', '/srv/b'], identifiers: [] },
      kept: [userText('do it')],
    });
    const [summary, kept] = toSummaryMessages(body);
    const text = JSON.stringify(summary);
    expect(text).toContain('look: no');
    expect(text).toContain('- /srv/b');
    expect(text).not.toContain('- /srv/a');
    expect(kept).toEqual(userText('do it'));
  });

  it('is made of beginnings where no model can be asked', () => {
    const text = digestEntries(bodyOf(), entriesOf(toolTurn('a', 9_000)), 2_000);
    expect(text).toContain('So far so good.');
    expect(text).toContain('person: look at a');
    expect(text.length).toBeLessThan(2_100);
  });
});

it('builds the view of 500 entries in little time', () => {
  const messages = Array.from({ length: 125 }, (_, at) => toolTurn(`t${at}`, 2_000)).flat();
  const fresh = createTokenMeter('gpt');
  const { value: view, cpuMs } = withCpuMs(() =>
    fitContext(messages, roomOf(32_000), { rules: defaultContextRules, meter: fresh }),
  );
  expect(view.messages).toHaveLength(500);
  expect(view.messages.flatMap((m) => (m.role === 'assistant' ? callsOf(m) : []))).toHaveLength(
    125,
  );
  // A loose bound, for busy machines; the benchmark measures it.
  expect(cpuMs).toBeLessThan(100);
});
