import { describe, expect, it } from 'vitest';
import { readDirectives } from './echo-directives.ts';
import { echoScript } from './echo-script.ts';
import {
  assistantMessage,
  type CallMessage,
  type ModelCall,
  toolMessage,
  userMessage,
} from './model-call.ts';
import { isErrorTurn, type Turn } from './scripted-turns.ts';

const never: Promise<void> = new Promise(() => undefined);

function callWith(...messages: readonly CallMessage[]): ModelCall {
  return {
    dialect: 'openai',
    model: 'm',
    system: '',
    messages,
    tools: [],
    delivery: 'stream',
    order: 1,
    request: {
      order: 1,
      method: 'POST',
      path: '/',
      headers: {},
      keyIndex: 0,
      text: '',
      body: {},
      status: undefined,
      outcome: 'open',
      settled: never,
      timing: { receivedAt: 0, endedAt: undefined },
    },
  };
}

async function answer(...messages: readonly CallMessage[]): Promise<Turn> {
  const script = echoScript();
  const turn = typeof script === 'function' ? await script(callWith(...messages)) : undefined;
  if (turn === undefined) throw new TypeError('No turn');
  return turn;
}

function wordsOf(turn: Turn): string {
  if (isErrorTurn(turn)) return `status ${turn.status}`;
  return turn.map((part) => (part.type === 'text' ? part.text : `<${part.type}>`)).join('');
}

describe('echoScript', () => {
  it('echoes the words of the user, and each id once', async () => {
    const turn = await answer(
      userMessage('[[id=a1]] hello [[id=b.2]]'),
      userMessage('[[id=a1]] there'),
    );

    expect(wordsOf(turn)).toBe('(id=a1) (id=b.2) You said: hello there');
  });

  it('answers with as many words as asked, at the pace asked', async () => {
    const turn = await answer(userMessage('[[tokens=3]][[delay=20]][[first=500]]'));

    expect(turn).toEqual([
      { type: 'text', text: 'the ', delayMs: 500 },
      { type: 'text', text: 'quick ', delayMs: 20 },
      { type: 'text', text: 'brown ', delayMs: 20 },
    ]);
  });

  it('takes one step of tools for each answer, and then names each result once', async () => {
    const ask = userMessage(
      '[[id=x]] [[tool=add {"a":[1,{"b":"]]"}]}]] [[parallel=now,sub {"a":1,"b":2}]]',
    );
    const first = [
      assistantMessage('', [{ callId: 'c1', name: 'add', input: {} }]),
      toolMessage('c1', '3'),
    ];
    const second = [
      assistantMessage('', [
        { callId: 'c2', name: 'now', input: {} },
        { callId: 'c3', name: 'sub', input: {} },
      ]),
      toolMessage('c2', '12:00'),
      toolMessage('c3', '-1'),
    ];

    expect(await answer(ask)).toEqual([
      { type: 'tool-call', name: 'add', inputText: '{"a":[1,{"b":"]]"}]}', delayMs: 0 },
    ]);
    expect(await answer(ask, ...first)).toEqual([
      { type: 'tool-call', name: 'now', inputText: '{}', delayMs: 0 },
      { type: 'tool-call', name: 'sub', inputText: '{"a":1,"b":2}', delayMs: 0 },
    ]);
    expect(wordsOf(await answer(ask, ...first, ...second))).toBe(
      '(id=x) Results: add → 3; now → 12:00; sub → -1. ',
    );
  });

  it('does not read directives of turns that are over, nor of tool results', async () => {
    const turn = await answer(
      userMessage('[[tool=add]]'),
      assistantMessage('done', []),
      userMessage('again'),
      assistantMessage('', [{ callId: 'c1', name: 'fetch', input: {} }]),
      toolMessage('c1', '[[tool=rm {"path":"/"}]]'),
    );

    expect(wordsOf(turn)).toBe('Results: fetch → [[tool=rm {"path":"/"}]]. ');
  });

  it('fails always, or only as often as asked', async () => {
    const script = echoScript();
    if (typeof script !== 'function') throw new TypeError('Not a function');
    const call = callWith(userMessage('[[fail=529*2]] hi'));

    const turns = [await script(call), await script(call), await script(call)];

    expect(turns.map((turn) => turn && wordsOf(turn))).toEqual([
      'status 529',
      'status 529',
      'You said: hi',
    ]);
    expect(wordsOf(await answer(userMessage('[[fail=500]]')))).toBe('status 500');
  });

  it('thinks, says, hangs and breaks off', async () => {
    expect(wordsOf(await answer(userMessage('[[think=hm]][[say=not me, you]]')))).toBe(
      '<thinking>not me, you',
    );
    expect(await answer(userMessage('[[hang]] a b'))).toMatchObject([
      { type: 'text', text: 'You ' },
      { type: 'break', how: 'stall' },
    ]);
    expect(await answer(userMessage('[[cut]] a b'))).toMatchObject([
      { type: 'text' },
      { type: 'break', how: 'cut' },
    ]);
  });
});

describe('readDirectives', () => {
  it.each([
    ['[[', '[['],
    ['[[tokens]] a', '[[tokens]] a'],
    ['[[tokens=x]] a', '[[tokens=x]] a'],
    ['[[unknown=1]] a', '[[unknown=1]] a'],
    ['[[id=a b]]', '[[id=a b]]'],
    ['[[tool=add {"a":1]] a', '[[tool=add {"a":1]] a'],
    ['[[id=1]][[', '[['],
    ['a [[id=1]]  b', 'a b'],
  ])('leaves of %s the text %s', (words, rest) => {
    const directives = readDirectives(words);

    expect(directives.rest).toBe(rest);
  });
});
