import { isDeepStrictEqual } from 'node:util';
import type { Tool } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { contextOf, type NotedContext } from './tool-context.ts';

export interface ToolFixture extends AsyncDisposable {
  readonly tool: Tool;
  /** Arguments of a call that works. */
  readonly input: Readonly<Record<string, unknown>>;
  /** All that calls have changed outside so far: rows, files, messages. */
  effects(contexts: readonly NotedContext[]): unknown;
}

/** What every tool promises by the port and by its own declaration. */
export function describeTool(name: string, open: () => Promise<ToolFixture>): void {
  describe(`${name} as a tool`, () => {
    it('declares itself in full', async () => {
      await using fixture = await open();
      const { tool } = fixture;
      expect(tool.name).toBe(name);
      expect(tool.name).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
      expect(tool.description.length).toBeGreaterThan(20);
      expect(tool.description.length).toBeLessThan(300);
      expect(tool.timeoutMs).toBeGreaterThan(0);
      expect(tool.probe !== undefined).toBe(tool.effect === 'probeable');
      expect(JSON.stringify(tool.parameters)).toBe(JSON.stringify((await open()).tool.parameters));
      expect(undescribed(tool)).toEqual([]);
    });

    // One other character, and V8 keeps the whole request of every model call in two bytes a character.
    it('is told to models in Latin letters', async () => {
      await using fixture = await open();
      const { description, parameters } = fixture.tool;
      expect(JSON.stringify({ description, parameters })).toMatch(/^[\0-\xFF]+$/);
    });

    it('takes its arguments and no others', async () => {
      await using fixture = await open();
      expect(fixture.tool.input.safeParse(fixture.input).success).toBe(true);
      expect(fixture.tool.input.safeParse({ ...fixture.input, unheardOf: 1 }).success).toBe(false);
      for (const raw of [null, 'text', 5, [], [fixture.input]])
        expect(fixture.tool.input.safeParse(raw).success).toBe(false);
    });

    it('does nothing once aborted', async () => {
      await using fixture = await open();
      const before = await snapshot(fixture, []);
      const context = contextOf();
      const reason = new Error('stop');
      const { tool, input } = fixture;
      await expect(
        tool.run(tool.input.parse(input), context, AbortSignal.abort(reason)),
      ).rejects.toBe(reason);
      expect(await snapshot(fixture, [context])).toEqual(before);
    });

    it('has the effect it declares', async () => {
      await using fixture = await open();
      const { tool } = fixture;
      const input = tool.input.parse(fixture.input);
      const before = await snapshot(fixture, []);
      const context = contextOf({ key: 'one-call' });
      const { signal } = new AbortController();
      expect((await tool.run(input, context, signal)).text).not.toBe('');
      const after = await snapshot(fixture, [context]);
      expect(isDeepStrictEqual(after, before)).toBe(tool.effect === 'pure');
      if (tool.effect !== 'pure' && tool.effect !== 'keyed') return;
      // As after a crash: the same key in a new context, whose sends replace those of the first.
      const again = contextOf({ key: 'one-call' });
      await tool.run(input, again, signal);
      expect(await snapshot(fixture, [again])).toEqual(after);
    });
  });
}

async function snapshot(fixture: ToolFixture, contexts: readonly NotedContext[]): Promise<unknown> {
  return structuredClone(await fixture.effects(contexts));
}

/** Arguments that tell a model nothing but their type. */
function undescribed(tool: Tool): readonly string[] {
  const properties = tool.parameters['properties'] ?? {};
  return Object.entries(properties).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && 'description' in value ? [] : [key],
  );
}
