/**
 * A session key names a place: `agent:<agent>:<rest>`. Made here and nowhere else.
 * - a person's own main session: `agent:main:main`;
 * - a messenger chat: `agent:main:telegram:<account>:dm:42`, `…:group:-100:thread:7`;
 * - what a client names: `agent:main:<name>`.
 */
export interface ChatPlace {
  readonly agentId: string;
  readonly channel: string;
  readonly account: string;
  readonly chat: {
    readonly id: string;
    readonly kind: 'dm' | 'group';
    readonly threadId?: string | undefined;
  };
}

export function buildSessionKey({ agentId, channel, account, chat }: ChatPlace): string {
  const thread = chat.threadId === undefined ? [] : ['thread', chat.threadId];
  return ['agent', agentId, channel, account, chat.kind, chat.id, ...thread]
    .map(encodeSegment)
    .join(':');
}

/** What a client wrote → the full key. A name without `agent:` belongs to the default agent. */
export function toSessionKey(name: string, agentId: string): string {
  const trimmed = name.trim();
  return trimmed.startsWith('agent:') ? trimmed : `agent:${encodeSegment(agentId)}:${trimmed}`;
}

/** The agent of a full key; undefined where it is no key. */
export function agentOf(sessionKey: string): string | undefined {
  const [prefix, agentId] = sessionKey.split(':', 2);
  return prefix === 'agent' && agentId ? decodeURIComponent(agentId) : undefined;
}

/** Keeps `:` a separator whatever a platform puts into its ids. */
function encodeSegment(segment: string): string {
  return segment.replace(/[%:]/g, encodeURIComponent);
}
