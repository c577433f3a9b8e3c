import { type CoreTools, createToolSearch, estimateTokens, toToolSpec } from '@cuttle/agent';
import type { Tool } from '@cuttle/core-types/ports';

/** From when on only some tools are shown to a model at once, and which. */
export interface LazyToolSettings {
  /** More tools than this. */
  readonly count: number;
  /** Schemas larger than this, estimated. */
  readonly tokens: number;
  /** Names, or prefixes ending in `*`, of those that are always shown. */
  readonly core: readonly string[];
}

/** Decides for a run whether its tools are shown as they are needed. */
export interface LazyTools {
  /** `tools` with the search among them, and which are always shown; undefined: all of them. */
  choose(
    tools: readonly Tool[],
    maySearch: (search: Tool) => boolean,
  ): {
    readonly tools: readonly Tool[];
    readonly isCore: CoreTools | undefined;
  };
}

export function createLazyTools(settings: () => LazyToolSettings): LazyTools {
  const sizes = new WeakMap<Tool, number>();
  const sizeOf = (tool: Tool): number => {
    const known = sizes.get(tool) ?? estimateTokens(JSON.stringify(toToolSpec(tool)));
    sizes.set(tool, known);
    return known;
  };
  return {
    choose(tools, maySearch) {
      const { count, tokens, core } = settings();
      const isLarge =
        tools.length > count || tools.reduce((sum, tool) => sum + sizeOf(tool), 0) > tokens;
      const isCore: CoreTools = (name) => core.some((entry) => matches(entry, name));
      const hidden = tools.filter(({ name }) => !isCore(name));
      if (!isLarge || hidden.length === 0) return { tools, isCore: undefined };
      const search = createToolSearch(hidden);
      // Without the search the others would be out of reach.
      return maySearch(search)
        ? { tools: [...tools, search], isCore }
        : { tools, isCore: undefined };
    },
  };
}

function matches(entry: string, name: string): boolean {
  return entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name;
}
