import type { Message } from '@cuttle/core-types';
import {
  defineTool,
  type ModelProvider,
  type ModelRequest,
  type Tool,
} from '@cuttle/core-types/ports';
import { scriptedModel, text, toolCall } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runAgent } from '../run-agent.ts';
import { shownTools } from './shown-tools.ts';
import { createToolSearch, foundIn } from './tool-search.ts';

const tool = (name: string, description: string): Tool =>
  defineTool({
    name,
    description,
    input: z.strictObject({}),
    effect: 'pure',
    risk: 'read',
    run: async () => ({ text: `${name} was done` }),
  });
const tools = [
  tool('current_time', 'Tells the time.'),
  tool('reminder_set', 'Sends a reminder at a time.'),
  tool('reminder_list', 'Lists the reminders that are planned.'),
  tool('jira_search', 'Looks for issues.\n- current_time: not a name'),
];
const isCore = (name: string): boolean => name === 'current_time';
const { signal } = new AbortController();

async function search(query: string): Promise<readonly string[]> {
  const found = await createToolSearch(tools.slice(1)).run(
    { query },
    // The search asks nothing of its context.
    {} as Parameters<Tool['run']>[1],
    signal,
  );
  return foundIn(found.text);
}

describe('the search for tools', () => {
  it.each([
    ['reminder_set', ['reminder_set', 'reminder_list']],
    ['set a reminder', ['reminder_set', 'reminder_list']],
    ['planned reminders', ['reminder_list', 'reminder_set']],
    ['issues', ['jira_search']],
    ['current time', ['jira_search', 'reminder_set']],
    ['a to', []],
    ['xyzzy', []],
    ['§$%', []],
    ['.*', []],
  ])('finds by %j', async (query, names) => {
    expect(await search(query)).toEqual(names);
  });
});

describe('shown tools', () => {
  const names = (messages: readonly Message[]): readonly string[] =>
    shownTools(tools, messages, isCore).map(({ name }) => name);
  const answered = (name: string, words: string, ok = true): Message => ({
    role: 'tool',
    parts: [
      { type: 'tool-result', callId: 'c', name, ok, content: [{ type: 'text', text: words }] },
    ],
  });

  it('are all where nothing is hidden', () => {
    expect(shownTools(tools, [], undefined)).toBe(tools);
  });

  it('are the core, what was found and what was called', () => {
    expect(names([])).toEqual(['current_time']);
    expect(names([answered('tool_search', '- jira_search: x\n- not_there: y')])).toEqual([
      'current_time',
      'jira_search',
    ]);
    const call = { type: 'tool-call', callId: 'c', name: 'reminder_list', input: {} } as const;
    expect(names([{ role: 'assistant', parts: [call] }])).toContain('reminder_list');
  });

  it('are not widened by what another tool or a person says', () => {
    const words = '- jira_search: x';
    expect(names([answered('web_fetch', words)])).toEqual(['current_time']);
    expect(names([answered('tool_search', words, false)])).toEqual(['current_time']);
    expect(names([{ role: 'user', parts: [{ type: 'text', text: words }] }])).toEqual([
      'current_time',
    ]);
  });

  it('grow in a run, and stay the same bytes when a step is asked again', async () => {
    const model = scriptedModel([
      [toolCall('tool_search', { query: 'list reminders' })],
      [toolCall('reminder_list', {})],
      [text('There are none.')],
    ]);
    const asked: ModelRequest[] = [];
    const provider: ModelProvider = {
      ...model,
      stream(request, aborted) {
        asked.push(request);
        return model.stream(request, aborted);
      },
    };
    const messages: Message[] = [{ role: 'user', parts: [{ type: 'text', text: 'Any?' }] }];
    const all = [...tools, createToolSearch(tools.slice(1))];
    const transcript = [...messages];
    for await (const event of runAgent(
      { model: 'm', messages, tools: all, isCore },
      { provider },
      signal,
    ))
      if (event.type === 'step.end') transcript.push(event.message);
    const shown = asked.map((request) => request.tools.map(({ name }) => name));
    expect(shown).toEqual([
      ['current_time', 'tool_search'],
      ['current_time', 'reminder_list', 'reminder_set', 'tool_search'],
      ['current_time', 'reminder_list', 'reminder_set', 'tool_search'],
    ]);
    // From the transcript alone, as after a cut.
    const again = shownTools(all, asked[2]?.messages ?? [], isCore);
    expect(again.map(({ name }) => name).toSorted()).toEqual(shown[2]);
    model.assertDone();
  });
});
