import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupByDay } from './day-groups.ts';
import { markRanges } from './mark-ranges.ts';
import { markWords } from './mark-words.ts';
import { createSessionList, type SessionListDeps } from './session-list.ts';
import { titleFromMessage, toTitle } from './session-title.ts';

describe('toTitle', () => {
  it.each([
    [{ sessionKey: 'agent:main:main' }, 'Main'],
    [{ sessionKey: 'agent:main:main', title: 'Mine' }, 'Mine'],
    [{ sessionKey: 'agent:main:main', title: '  ' }, 'Main'],
    [{ sessionKey: 'agent:main:web:12ab' }, 'Untitled'],
    [{ sessionKey: 'agent:main:telegram:main:dm:42' }, 'Telegram · 42'],
    [{ sessionKey: 'agent:main:notes' }, 'notes'],
    [{ sessionKey: 'agent:main:a%3Ab' }, 'a:b'],
    [{ sessionKey: 'agent:main:100%' }, '100%'],
  ])('calls %j %j', (session, title) => {
    expect(toTitle(session)).toBe(title);
  });

  it('makes a title of the first line of a message', () => {
    expect(titleFromMessage('  Plan my week\nplease')).toBe('Plan my week');
    expect(titleFromMessage('word '.repeat(30))).toBe(`${'word '.repeat(11)}word…`);
    expect(titleFromMessage('x'.repeat(200)).length).toBe(31);
  });
});

describe('groupByDay', () => {
  it('groups by calendar days, newest first', () => {
    const now = new Date(2026, 10, 21, 0, 30);
    const ago = (days: number, hour: number): { updatedAt: string } => ({
      updatedAt: new Date(2026, 10, 21 - days, hour).toISOString(),
    });
    const groups = groupByDay([ago(0, 0), ago(1, 23), ago(3, 9), ago(20, 9), ago(90, 9)], now);
    expect(groups.map(({ label, items }) => `${label} ${items.length}`)).toEqual([
      'Today 1',
      'Yesterday 1',
      'This week 1',
      'This month 1',
      'Earlier 1',
    ]);
  });
});

describe('markWords', () => {
  it('marks phrases and beginnings, and not what must not occur', () => {
    const marked = markWords('the late frost came late', '"late frost" ca* -the');
    expect(marked.filter((piece) => piece.marked).map(({ text }) => text)).toEqual([
      'late frost',
      'ca',
    ]);
  });

  it('marks the words of the search and loses nothing', () => {
    expect(markWords('The tide, TIDES', 'tide x')).toEqual([
      { text: 'The ', marked: false },
      { text: 'tide', marked: true },
      { text: ', ', marked: false },
      { text: 'TIDE', marked: true },
      { text: 'S', marked: false },
    ]);
    assert(
      property(string(), string(), (text, query) => {
        expect(
          markWords(text, query)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});

describe('markRanges', () => {
  it('marks what the gateway found, and nothing that makes no sense of it', () => {
    const ranges = [
      [4, 8],
      [6, 9],
      [11, 11],
      [14, 19],
      [30, 90],
    ] as const;
    const pieces = markRanges('the late frost, late', ranges);
    expect(pieces.filter((piece) => piece.marked).map(({ text }) => text)).toEqual([
      'late',
      ', lat',
    ]);
    expect(pieces.map(({ text }) => text).join('')).toBe('the late frost, late');
  });
});

describe('createSessionList', () => {
  interface Bench {
    readonly asked: string[];
    readonly list: ReturnType<typeof createSessionList>;
    /** The pause in the typing is over. */
    pause(): void;
    answer(at: number, titles: readonly string[]): Promise<void>;
  }

  function openBench(): Bench {
    const asked: string[] = [];
    const waiting: ((titles: readonly string[]) => void)[] = [];
    let typed: (() => void) | undefined;
    const call = (
      method: string,
      params: { search?: string; query?: string },
    ): Promise<unknown> => {
      asked.push(`${method} ${params.search ?? params.query ?? ''}`.trim());
      if (method === 'sessions.search') return Promise.resolve({ hits: [] });
      return new Promise((resolve) => {
        waiting.push((titles) =>
          resolve({ sessions: titles.map((title) => ({ sessionKey: title, title })) }),
        );
      });
    };
    const deps: SessionListDeps = {
      client: { call: call as unknown as SessionListDeps['client']['call'] }, // answers what the list asks for
      now: () => Date.parse('2026-11-21T12:00:00Z'),
      openKey: () => '',
      later(callback) {
        typed = callback;
        return () => {
          typed = undefined;
        };
      },
    };
    return {
      asked,
      list: createSessionList(deps, new AbortController().signal),
      pause: () => typed?.(),
      async answer(at, titles) {
        waiting[at]?.(titles);
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      },
    };
  }

  it('asks once after a pause, for titles and for messages', () => {
    const { list, asked, pause } = openBench();
    list.search('t');
    list.search('ti');
    expect(asked).toEqual([]);
    pause();
    expect(asked).toEqual(['sessions.list ti', 'sessions.search ti']);
  });

  it('shows the answer to the latest question, whichever comes last', async () => {
    const { list, answer } = openBench();
    list.refresh();
    list.show('archived');
    await answer(1, ['new']);
    await answer(0, ['old']);
    expect(list.sessions.value.map(({ title }) => title)).toEqual(['new']);
  });
});
