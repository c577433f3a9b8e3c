/**
 * A session key names a place: `agent:<agent>:<rest>`. Made here and nowhere else.
 * - a person's own main session: `agent:main:main`;
 * - a messenger chat: `agent:main:telegram:<account>:dm:42`, `…:group:-100:thread:7`;
 * - a messenger chat over all of a platform's accounts: `agent:main:telegram:dm:42`;
 * - a person over all their messengers: `agent:main:person:<id>`;
 * - what a client names: `agent:main:<name>`;
 * - what a call gave to a sub-agent: `agent:main:sub:<run>:<step>.<index>`.
 */
export interface ChatPlace {
  readonly agentId: string;
  readonly channel: string;
  /** Undefined: whichever account of the channel it is. */
  readonly account: string | undefined;
  readonly chat: {
    readonly id: string;
    readonly kind: 'dm' | 'group';
    readonly threadId?: string | undefined;
  };
}
/** A session that a client named. */
export interface NamedPlace {
  readonly agentId: string;
  readonly name: string;
}

/** Different places have different keys, whatever a platform puts into its ids. */
export function buildSessionKey({ agentId, channel, account, chat }: ChatPlace): string {
  const thread = chat.threadId === undefined ? [] : ['thread', chat.threadId];
  const from = account === undefined ? [channel] : [channel, account];
  return ['agent', agentId, ...from, chat.kind, chat.id, ...thread].map(encodeSegment).join(':');
}

/** Where a person talks to an agent, whatever the messenger. */
export function personSessionKey(agentId: string, personId: string): string {
  return ['agent', agentId, 'person', personId].map(encodeSegment).join(':');
}

/** The session of an agent that everybody shares who shares one. */
export function mainSessionKey(agentId: string): string {
  return toSessionKey('main', agentId);
}

/** The session of a sub-agent: one for each call of a run. */
export function buildSubagentKey({
  agentId,
  call: { runId, step, index },
}: {
  readonly agentId: string;
  readonly call: { readonly runId: string; readonly step: number; readonly index: number };
}): string {
  return ['agent', agentId, 'sub', runId, `${step}.${index}`].map(encodeSegment).join(':');
}

/** What a client wrote → the full key. A name without `agent:` belongs to the given agent. */
export function toSessionKey(name: string, agentId: string): string {
  const trimmed = name.trim();
  return trimmed.startsWith('agent:') ? trimmed : `agent:${encodeSegment(agentId)}:${trimmed}`;
}

/** The agent of a full key; undefined where it is no key. */
export function agentOf(sessionKey: string): string | undefined {
  const [prefix, agentId] = sessionKey.split(':', 2);
  return prefix === 'agent' && agentId ? decodeSegment(agentId) : undefined;
}

/** The place that a full key names: a messenger chat, or what a client named; undefined where it is no key. */
export function parseSessionKey(sessionKey: string): ChatPlace | NamedPlace | undefined {
  const agentId = agentOf(sessionKey);
  if (agentId === undefined) return undefined;
  const [, , ...rest] = sessionKey.split(':');
  return parseChat(agentId, rest.map(decodeSegment)) ?? { agentId, name: rest.join(':') };
}

function parseChat(
  agentId: string,
  segments: readonly (string | undefined)[],
): ChatPlace | undefined {
  const { length } = segments;
  const [channel] = segments;
  // An odd number of segments has no account: nothing else tells `telegram:dm:42` from an account named "dm".
  const account = length % 2 === 0 ? segments[1] : undefined;
  const [kind, id, mark, threadId] = segments.slice(length % 2 === 0 ? 2 : 1);
  if (segments.includes(undefined) || channel === undefined || id === undefined) return undefined;
  if (kind !== 'dm' && kind !== 'group') return undefined;
  if (length <= 4) return { agentId, channel, account, chat: { id, kind } };
  if (mark !== 'thread' || threadId === undefined || length > 6) return undefined;
  return { agentId, channel, account, chat: { id, kind, threadId } };
}

/** Keeps `:` a separator whatever a platform puts into its ids. */
function encodeSegment(segment: string): string {
  return segment.replace(/[%:]/g, encodeURIComponent);
}

/** Undefined for what `encodeSegment` never writes: a key may come from anyone. */
function decodeSegment(segment: string): string | undefined {
  return /%(?!25|3A)/.test(segment) ? undefined : segment.replace(/%3A/g, ':').replace(/%25/g, '%');
}
