import {
  type AssistantPart,
  type Message,
  type Origin,
  type ToolResultPart,
  userText,
} from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { prepareTranscript, type Turn } from './prepare-transcript.ts';
import { sorted, stableJson } from './stable-json.ts';
import {
  anthropicIdRule,
  createWireIds,
  freshCallId,
  nineLetters,
  openaiIdRule,
} from './wire-ids.ts';
import { commonNameRule, createWireNames } from './wire-names.ts';

const here: Origin = { dialect: 'here', provider: 'p', model: 'm' };
const there: Origin = { dialect: 'there', provider: 'q', model: 'n' };

function prepare(messages: readonly Message[], laterSystem: 'in-place' | 'first' = 'first') {
  return prepareTranscript(messages, {
    keeps: ({ dialect }) => dialect === 'here',
    ids: anthropicIdRule,
    laterSystem,
  });
}

function said(parts: readonly AssistantPart[], origin = here): Message {
  return { role: 'assistant', parts: [...parts], origin };
}
function text(words: string): { type: 'text'; text: string } {
  return { type: 'text', text: words };
}
function call(callId: string, name = 'look'): AssistantPart {
  return { type: 'tool-call', callId, name, input: {} };
}
function result(callId: string, words = callId): ToolResultPart {
  return { type: 'tool-result', callId, name: 'look', ok: true, content: [text(words)] };
}
function results(...parts: ToolResultPart[]): Message {
  return { role: 'tool', parts };
}
function outline(turns: readonly Turn[]): string[] {
  return turns.map((turn) => {
    if (turn.role === 'system') return `system ${turn.text}`;
    if (turn.role === 'tool')
      return `tool ${turn.results.map(({ callId, ok }) => `${callId}${ok ? '' : '!'}`).join(' ')}`;
    const parts = turn.parts.map((part) => {
      if (part.type === 'text') return part.text;
      return part.type === 'tool-call' ? part.callId : part.type;
    });
    return `${turn.role} ${parts.join('|')}`;
  });
}

describe('a transcript made ready for a service', () => {
  it('keeps what is in order', () => {
    const messages = [
      userText('hi'),
      said([text('look'), call('c1')]),
      results(result('c1')),
      said([text('done')]),
      userText('thanks'),
    ];
    expect(outline(prepare(messages))).toEqual([
      'user hi',
      'assistant look|c1',
      'tool c1',
      'assistant done',
      'user thanks',
    ]);
  });

  it('joins neighbours of one role, and leaves out what is empty', () => {
    const messages = [
      userText('a'),
      said([text(' ')]),
      userText(''),
      userText('b'),
      said([text('c')]),
      said([text('d')]),
      userText('e'),
    ];
    expect(outline(prepare(messages))).toEqual(['user a|b', 'assistant c|d', 'user e']);
  });

  it('begins and ends with the user', () => {
    expect(outline(prepare([]))).toEqual(['user (go on)']);
    expect(outline(prepare([said([text('hi')])]))).toEqual([
      'user (the conversation goes on)',
      'assistant hi',
      'user (go on)',
    ]);
  });

  it('puts the results of parallel calls behind them in the order of the calls', () => {
    const messages = [
      userText('a'),
      said([call('c1'), call('c2')]),
      userText('wait'),
      results(result('c2'), result('c1')),
    ];
    expect(outline(prepare(messages))).toEqual([
      'user a',
      'assistant c1|c2',
      'tool c1 c2',
      'user wait',
    ]);
  });

  it('says so where a result is missing, twice there or without a call', () => {
    const messages = [
      userText('a'),
      said([call('c1'), call('c2')]),
      results(result('c1', 'first'), result('c1', 'again'), result('c9', 'lost')),
    ];
    const turns = prepare(messages);
    expect(outline(turns)).toEqual([
      'user a',
      'assistant c1|c2',
      'tool c1 c2!',
      'user Result of an earlier call of look:|lost',
    ]);
    expect(turns[2]).toMatchObject({
      results: [
        { content: [text('first')] },
        { content: [text('No result of this call is known: it was cut off.')] },
      ],
    });
  });

  it('keeps thinking, opaque blocks and the data of calls for their origin only', () => {
    const parts: AssistantPart[] = [
      { type: 'thinking', text: 'hm', signature: 's' },
      { type: 'opaque', origin: here, value: { mine: true } },
      { type: 'opaque', origin: there, value: { mine: false } },
      { type: 'tool-call', callId: 'c1', name: 'look', input: {}, opaque: { proof: 1 } },
    ];
    const own = prepare([userText('a'), said(parts), results(result('c1'))]);
    const foreign = prepare([userText('a'), said(parts, there), results(result('c1'))]);
    expect(own[1]).toEqual({
      role: 'assistant',
      parts: [parts[0], parts[1], parts[3]],
    });
    expect(foreign[1]).toEqual({ role: 'assistant', parts: [parts[1], call('c1')] });
  });

  it('leaves out an answer that is nothing but thinking', () => {
    const messages = [userText('a'), said([{ type: 'thinking', text: 'hm' }]), userText('b')];
    expect(outline(prepare(messages))).toEqual(['user a|b']);
  });

  it('makes ids unique that a service used twice', () => {
    const round = [said([call('call_0')]), results(result('call_0'))];
    const turns = outline(prepare([userText('a'), ...round, ...round]));
    expect(turns[1]).toBe('assistant call_0');
    expect(turns[3]).toMatch(/^assistant call_0_2_/);
    expect(turns[4]).toBe(turns[3]?.replace('assistant', 'tool'));
  });

  it('puts system text where the service takes it', () => {
    const system: Message = { role: 'system', parts: [text('be brief')] };
    const later: Message = { role: 'system', parts: [text('be kind')] };
    const messages = [system, userText('a'), later, userText('b')];
    expect(outline(prepare(messages))).toEqual(['system be brief\n\nbe kind', 'user a|b']);
    expect(outline(prepare(messages, 'in-place'))).toEqual([
      'system be brief',
      'user a',
      'system be kind',
      'user b',
    ]);
  });

  it('changes nothing before what is added', () => {
    const start = [
      userText('a'),
      said([text('x'), call('c 1'), call('c 1')]),
      results(result('c 1'), result('c 1')),
    ];
    const longer = [
      ...start,
      said([text('y')]),
      userText('b'),
      said([call('c 1')]),
      results(result('c 1')),
    ];
    const short = prepare(start);
    expect(prepare(longer).slice(0, short.length)).toEqual(short);
  });
});

describe('names on the wire', () => {
  it('are ours where the service takes them, and come back as ours', () => {
    const ours = ['web.search', 'web_search', 'mcp:a/b', 'mcp:a.b', 'ä', 'x'.repeat(80), ''];
    const names = createWireNames(ours, commonNameRule);
    const wire = ours.map(names.toWire);
    expect(new Set(wire).size).toBe(ours.length);
    for (const name of wire) expect(name).toMatch(/^[\w-]{1,64}$/);
    expect(wire.map(names.fromWire)).toEqual(ours);
    expect(names.toWire('web_search')).toBe('web_search');
    expect(names.fromWire('never_offered')).toBe('never_offered');
  });

  it('do not depend on the order in which they are met', () => {
    const forth = createWireNames(['a.b', 'a_b', 'c'], commonNameRule);
    const back = createWireNames(['c', 'a_b', 'a.b'], commonNameRule);
    expect(forth.toWire('a.b')).toBe(back.toWire('a.b'));
  });
});

describe('ids on the wire', () => {
  it.each([
    ['anthropic', anthropicIdRule, /^[\w-]{1,64}$/],
    ['openai', openaiIdRule, /^[\w-]{1,40}$/],
    ['nine letters', nineLetters, /^[a-zA-Z0-9]{9}$/],
  ])('fit %s, once each, and the same each time', (_name, rule, shape) => {
    const ids = ['call_1', 'call_1', 'fc|1', '', 'x'.repeat(100), 'ü', 'D681PevKs'];
    const wire = ids.map(createWireIds(rule));
    expect(new Set(wire).size).toBe(ids.length);
    for (const id of wire) expect(id).toMatch(shape);
    expect(ids.map(createWireIds(rule))).toEqual(wire);
    expect(wire.at(-1)).toBe('D681PevKs');
  });

  it('are made new where a service repeats itself', () => {
    expect(freshCallId('call_0', new Set(['call_0', 'call_0-2']))).toBe('call_0-3');
    expect(freshCallId('call_1', new Set(['call_0']))).toBe('call_1');
  });
});

describe('stable JSON', () => {
  it('has its keys in one order at every depth', () => {
    expect(stableJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
    expect(sorted({ __proto__x: 1, a: 'x' })).toEqual({ a: 'x', __proto__x: 1 });
  });
});
