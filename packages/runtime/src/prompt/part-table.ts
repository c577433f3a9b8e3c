/**
 * The parts of a system prompt in their order, what changes seldom first: an equal beginning is what prompt caches hit.
 * `tokens`: what a part may take before it is cut with a mark; absent: it is never cut, being the owner's own settings or the
 * client's own words. `private`: only in the owner's own conversations, never in a group or for someone else.
 */
export const promptTable = [
  { id: 'identity', tokens: 300, private: false, holds: 'who the agent is: name and emoji' },
  {
    id: 'tool-rules',
    tokens: 300,
    private: false,
    holds: 'how to use tools and what to make of their results',
  },
  {
    id: 'orders',
    tokens: undefined,
    private: false,
    holds: 'standing orders: `orders` of the configuration and what is pinned',
  },
  { id: 'system', tokens: undefined, private: false, holds: '`system` of the configuration' },
  { id: 'AGENTS.md', tokens: 4000, private: false, holds: 'the file: how the agent works' },
  { id: 'SOUL.md', tokens: 2000, private: false, holds: 'the file: how the agent is and speaks' },
  { id: 'TOOLS.md', tokens: 2000, private: false, holds: 'the file: notes on tools and devices' },
  { id: 'USER.md', tokens: 2000, private: true, holds: 'the file: who the owner is' },
  { id: 'place', tokens: 200, private: false, holds: 'what kind of chat this is' },
  { id: 'hint', tokens: 1000, private: false, holds: '`hint` of the messenger account' },
  { id: 'persona', tokens: 1000, private: false, holds: 'the persona of the session' },
  { id: 'MEMORY.md', tokens: 4000, private: true, holds: 'the file: what the agent keeps in mind' },
  {
    id: 'turn',
    tokens: undefined,
    private: false,
    holds: 'what an API client asks for in this turn',
  },
] as const satisfies readonly PromptRow[];

interface PromptRow {
  readonly id: string;
  readonly tokens: number | undefined;
  readonly private: boolean;
  readonly holds: string;
}

export type PromptPartId = (typeof promptTable)[number]['id'];

/** The files of a workspace that are parts of the prompt. */
export const promptFiles: readonly PromptPartId[] = promptTable
  .map(({ id }) => id)
  .filter((id) => id.endsWith('.md'));
