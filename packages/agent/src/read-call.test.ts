import type { Json, ToolCallPart } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Offer, ownCalls, readCall } from './read-call.ts';
import { testTool } from './testing/test-tool.ts';

const search = testTool('web_search', {
  input: z.strictObject({ query: z.string(), limit: z.int().default(5) }),
}).tool;
const offer: Offer = { tools: [search], clientTools: [{ name: 'open-door' }] };
const call = (name: string, input: Json = {}): ToolCallPart => ({
  type: 'tool-call',
  callId: 'c1',
  name,
  input,
});

describe('readCall', () => {
  it('reads a call as it would run: the tool that was meant, arguments mended, defaults filled in', () => {
    expect(readCall(call('functions.WebSearch', '{"query": "x", "limit": "7",}'), offer)).toEqual({
      ok: true,
      name: 'web_search',
      input: { query: 'x', limit: 7 },
      tool: search,
      value: { query: 'x', limit: 7 },
    });
    expect(readCall(call('web_search', { query: 'x' }), offer)).toMatchObject({
      input: { query: 'x', limit: 5 },
    });
  });

  it('says which tools there are when there is none of that name', () => {
    expect(readCall(call('shell', { a: 1 }), offer)).toEqual({
      ok: false,
      name: 'shell',
      input: { a: 1 },
      text: 'There is no tool named shell. Use one of: web_search, open-door.',
    });
  });

  it('keeps arguments that do not fit as they were said', () => {
    expect(readCall(call('web-search', { query: 1.5 }), offer)).toMatchObject({
      ok: false,
      name: 'web_search',
      input: { query: 1.5 },
    });
  });

  it("does not read a slip in a caller's tool as a tool of ours", () => {
    const own = testTool('door_open').tool;
    expect(readCall(call('openDoor'), { ...offer, tools: [own] }).ok).toBe(false);
  });

  it('prefers the own tool where the caller has one of the same name', () => {
    const both = { tools: [search], clientTools: [{ name: 'web_search' }] };
    expect(readCall(call('web_search', { query: 'x' }), both).ok).toBe(true);
  });
});

describe('ownCalls', () => {
  it("leaves out the caller's, and keeps the places of the rest", () => {
    const calls = [call('open-door'), call('web_search'), call('nonsense')];
    expect(ownCalls(calls, offer).map(({ index }) => index)).toEqual([1, 2]);
  });
});
