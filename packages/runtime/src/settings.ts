import type { ContextRules, RunLimits } from '@cuttle/agent';
import type { QueueMode } from '@cuttle/core-types';
import type { ModelFacts, ModelProvider, ThinkingLevel } from '@cuttle/core-types/ports';
import type { SessionRules } from '@cuttle/sessions';
import type { ToolPolicy } from '@cuttle/security/policy';
import type { AgentBinding } from '@cuttle/sessions';
import type { BudgetSettings } from './budgets.ts';
import type { LazyToolSettings } from './lazy-tools.ts';

/** How an agent appears to people. */
export interface AgentIdentity {
  readonly name: string;
  readonly emoji: string | undefined;
  /** Address of an image. */
  readonly avatar: string | undefined;
}

/** What another layer says of it: each field on its own. */
export type IdentityOver = { readonly [Field in keyof AgentIdentity]?: string | undefined };

export function withOver(identity: AgentIdentity, over: IdentityOver = {}): AgentIdentity {
  return {
    name: over.name ?? identity.name,
    emoji: over.emoji ?? identity.emoji,
    avatar: over.avatar ?? identity.avatar,
  };
}

/** One agent as configured. */
export interface AgentSettings {
  readonly id: string;
  readonly identity: AgentIdentity;
  /** `<provider>/<model>`; absent: the default. */
  readonly model: string | undefined;
  /** Models to ask, in order, where the first cannot answer. */
  readonly fallbacks: readonly string[];
  readonly system: string | undefined;
  /** Standing orders of the configuration. */
  readonly orders: readonly string[];
  /** Token budgets of prompt parts, over those of `promptTable`. */
  readonly promptTokens: Readonly<Record<string, number>>;
  /** In whose private conversations USER.md and MEMORY.md are part of the prompt. */
  readonly privateFiles: 'owner' | 'paired';
  readonly thinking: ThinkingLevel | undefined;
  readonly tools: ToolPolicy;
  readonly limits: Partial<RunLimits>;
  readonly context: Partial<ContextRules> & {
    /** `<provider>/<model>` that writes summaries; absent: the one that is asked. */
    readonly summaryModel?: string | undefined;
  };
  readonly queueMode: QueueMode;
  readonly subagents: SubagentLimits;
}

/** What an agent may hand to others. */
export interface SubagentLimits {
  /** Other agents by id; `*`: any. */
  readonly allow: readonly string[];
  /** Workers outside, by name. */
  readonly workers: readonly string[];
  readonly maxDepth: number;
  /** Of one session at once. */
  readonly maxChildren: number;
  /** Agents that a message may go through. */
  readonly maxHops: number;
  readonly timeoutMs: number;
}

/** What the owner may change while the gateway runs; read anew for each message. */
export interface RuntimeSettings {
  readonly agents: readonly AgentSettings[];
  readonly defaultAgentId: string;
  readonly lazyTools: LazyToolSettings;
  /** Which agent answers where. */
  readonly bindings: readonly AgentBinding[];
  readonly queue: {
    /** Messages waiting in one session, and in all; beyond them the answer is "busy". */
    readonly perSession: number;
    readonly total: number;
    /** Runs at once. */
    readonly concurrency: number;
    readonly collectMax: number;
  };
  readonly delivery: {
    /** A platform call is given up after this, and its outcome is unknown. */
    readonly deadlineMs: number;
    /** Added to a deadline before recovery decides. */
    readonly marginMs: number;
    /** A reply that could not be delivered for so long is dead. */
    readonly ttlMs: number;
    /** A first bubble opens when an answer takes longer than this. */
    readonly bubbleAfterMs: number;
  };
  readonly approvals: { readonly ttlMs: number };
  readonly pairing: { readonly ttlMs: number; readonly tellOwner: boolean };
  readonly budgets: BudgetSettings;
  /** Which session a message belongs to, and when a conversation has ended. */
  readonly sessions: SessionRules;
  /** Whether facts are remembered before what said them is summarised. */
  readonly flushMemory: boolean;
  /** Transcript entries of a model call at most. */
  readonly windowEntries: number;
}

/** A model as the runtime uses it. Its provider may stand before several, and then says in a `route` event who answers. */
export interface ResolvedModel {
  readonly ref: string;
  readonly provider: ModelProvider;
  /** The provider's own id of it. */
  readonly model: string;
}

/** Contract: `resolve` throws `model.unknown`, for the model itself and not for one of its `fallbacks`; `fallback` is the model in force when nothing else was chosen, with the reason in words. */
export interface ModelSource {
  resolve(ref: string, fallbacks?: readonly string[]): ResolvedModel;
  fallback(): { readonly ref: string; readonly reason: string };
  list(): readonly string[];
  /** What is known of a model: its limits and prices. `undefined` where nothing is, or it is not set up. */
  findFacts(ref: string): Promise<ModelFacts | undefined>;
}

export function agentSettings(
  settings: RuntimeSettings,
  agentId: string,
): AgentSettings | undefined {
  return settings.agents.find(({ id }) => id === agentId);
}
