/** Which agent answers where. A field that is absent matches anything. */
export interface AgentBinding {
  /** Several: in a group each of them answers, in this order; elsewhere the first. */
  readonly agentIds: readonly string[];
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

/** The agents of the most specific binding that matches, of equal ones the first: thread, then peer or group, then account, then channel. */
export function bindAgents(
  bindings: readonly AgentBinding[],
  place: BindingPlace,
): readonly string[] | undefined {
  let best: { readonly agentIds: readonly string[]; readonly weight: number } | undefined;
  for (const { agentIds, match } of bindings) {
    const weight = weightOf(match, factsOf(place));
    if (weight !== undefined && (!best || weight > best.weight)) best = { agentIds, weight };
  }
  if (!best) return undefined;
  return place.chat.kind === 'group' ? [...new Set(best.agentIds)] : best.agentIds.slice(0, 1);
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
