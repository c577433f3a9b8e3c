/** Which agent answers where. A field that is absent matches anything. */
export interface AgentBinding {
  readonly agentId: string;
  readonly match: {
    /** The platform. */
    readonly channel?: string | undefined;
    /** The name of the account in the configuration. */
    readonly account?: string | undefined;
    /** The platform's id of a person, for their private chat. */
    readonly peer?: string | undefined;
    /** The platform's id of a group. */
    readonly group?: string | undefined;
    /** The platform's id of a thread or topic. */
    readonly thread?: string | undefined;
  };
}
export interface BindingPlace {
  readonly channel: string;
  readonly account: string;
  readonly chat: {
    readonly id: string;
    readonly kind: 'dm' | 'group';
    readonly threadId?: string | undefined;
  };
}

/** What one level says outweighs all below it. */
const weights = { thread: 8, group: 4, peer: 4, account: 2, channel: 1 } as const;

/** The agent of the most specific binding that matches, of equal ones the first: thread, then peer or group, then account, then channel. */
export function bindAgent(
  bindings: readonly AgentBinding[],
  place: BindingPlace,
): string | undefined {
  let best: { readonly agentId: string; readonly weight: number } | undefined;
  for (const { agentId, match } of bindings) {
    const weight = weightOf(match, factsOf(place));
    if (weight !== undefined && (!best || weight > best.weight)) best = { agentId, weight };
  }
  return best?.agentId;
}

type Facts = AgentBinding['match'];

function factsOf({ channel, account, chat }: BindingPlace): Facts {
  return {
    channel,
    account,
    ...(chat.kind === 'dm' ? { peer: chat.id } : { group: chat.id }),
    thread: chat.threadId,
  };
}

/** How specific a match is; undefined where it does not match. */
function weightOf(match: Facts, facts: Facts): number | undefined {
  let weight = 0;
  for (const [key, value] of Object.entries(weights)) {
    const field = key as keyof typeof weights; // the keys of the table above
    if (match[field] === undefined) continue;
    if (match[field] !== facts[field]) return undefined;
    weight += value;
  }
  return weight;
}
