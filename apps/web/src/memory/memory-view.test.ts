import type { Client } from '@cuttle/client';
import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { toMemoryLines } from './memory-lines.ts';
import { createMemoryView, type MemoryView } from './memory-view.ts';

const updatedAt = '2026-05-01T12:30:00.000Z';

function openView(answers: Record<string, (params: Record<string, unknown>) => unknown> = {}): {
  view: MemoryView;
  asked: { method: string; params: Record<string, unknown> }[];
  settle(): Promise<void>;
} {
  const asked: { method: string; params: Record<string, unknown> }[] = [];
  const table: typeof answers = {
    'memory.list': () => ({ agentId: 'main', files: [] }),
    'memory.search': () => ({ mode: 'text', hits: [] }),
    'memory.get': ({ path }) => ({ path, text: 'one\ntwo\n', hash: 'h', updatedAt }),
    'memory.write': () => ({ hash: 'h2' }),
    'memory.remove': () => ({ ok: true }),
    ...answers,
  };
  // Answers by a table, where the client asks a gateway.
  const client = {
    async call(method: string, params: Record<string, unknown>) {
      asked.push({ method, params });
      return table[method]?.(params);
    },
  } as unknown as Pick<Client, 'call'>;
  const waiting: (() => void)[] = [];
  const later = (callback: () => void): (() => void) => {
    waiting.push(callback);
    return () => void waiting.splice(waiting.indexOf(callback), 1);
  };
  const { signal } = new AbortController();
  const view = createMemoryView({ client, later, agentPlace: () => 'agent:main:' }, signal);
  return {
    view,
    asked,
    async settle() {
      for (const callback of waiting.splice(0)) callback();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('the view of a memory', () => {
  it('searches once after a pause, and shows the list again without a question', async () => {
    const { view, asked, settle } = openView();
    view.open();
    await settle();
    view.search('c');
    view.search('cat');
    await settle();
    expect(asked.map(({ method }) => method)).toEqual(['memory.list', 'memory.search']);
    expect(asked.at(-1)?.params).toEqual({ agentId: 'main', query: 'cat', limit: 20 });
    expect(view.findings.value?.hits).toEqual([]);
    view.search(' ');
    await settle();
    expect(view.findings.value).toBeUndefined();
  });

  it('forgets the passage that was found, by what was read', async () => {
    const { view, asked, settle } = openView();
    view.show('MEMORY.md', { from: 2, to: 2 });
    await settle();
    view.removePassage();
    await settle();
    expect(asked.find(({ method }) => method === 'memory.remove')?.params).toEqual({
      agentId: 'main',
      path: 'MEMORY.md',
      baseHash: 'h',
      from: 2,
      to: 2,
    });
    expect(view.file.value).toMatchObject({ path: 'MEMORY.md', passage: undefined });
  });

  it('keeps what was typed when it cannot be saved', async () => {
    const { view, settle } = openView({
      'memory.write': () => {
        throw new CuttleError('memory.stale', 'It has changed.');
      },
    });
    view.show('MEMORY.md');
    await settle();
    view.edit();
    view.save('three');
    await settle();
    expect([view.mode.value, view.problem.value]).toEqual([
      'edit',
      expect.stringContaining('It has changed.'),
    ]);
    view.cancel();
    expect([view.mode.value, view.problem.value]).toEqual(['read', undefined]);
  });

  it('begins a new file with nothing, and leaves nothing of it behind', async () => {
    const { view, asked, settle } = openView();
    view.create('memory/a.md');
    expect(view.mode.value).toBe('edit');
    view.save('text');
    await settle();
    expect(asked[0]).toEqual({
      method: 'memory.write',
      params: { agentId: 'main', path: 'memory/a.md', text: 'text', baseHash: undefined },
    });
    view.remove();
    await settle();
    expect(view.file.value).toBeUndefined();
    view.create('memory/b.md');
    view.cancel();
    expect(view.file.value).toBeUndefined();
  });
});

it('shows lines with their numbers and without the marks of calls', () => {
  const text = '# Memory\n\n- **cat**: Luna <!-- cuttle {"once":["a"],"taint":[]} -->\n';
  expect(toMemoryLines(text, { from: 3, to: 3 })).toEqual([
    { number: 1, text: 'Memory', kind: 'heading', isFound: false },
    { number: 2, text: '', kind: 'text', isFound: false },
    { number: 3, text: '- cat: Luna', kind: 'text', isFound: true },
  ]);
});
