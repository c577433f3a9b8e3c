import type { Config } from '@cuttle/config';
import type { RetentionRules } from '@cuttle/sessions';
import type { GatewaySettings } from '@cuttle/gateway';
import { microsOf } from '@cuttle/core-types';
import {
  type AgentSettings,
  type DayBudget,
  namedBudgets,
  type RuntimeSettings,
  withOver,
} from '@cuttle/runtime';
import { toSessionRules } from './session-settings.ts';

/** The configuration as the runtime reads it. */
export function toRuntimeSettings(config: Config): RuntimeSettings {
  const { limits, delivery, approvals, pairing } = config;
  const agents = config.agents.list.map((agent) => toAgentSettings(config, agent));
  return {
    agents,
    defaultAgentId: agents[0]?.id ?? 'main',
    lazyTools: config.tools.lazy,
    bindings: config.bindings.map(({ match, agent, agents: several }) => ({
      match,
      agentIds: several ?? [agent ?? agents[0]?.id ?? 'main'],
    })),
    queue: {
      perSession: limits.queuePerSession,
      total: limits.queueTotal,
      concurrency: limits.concurrency,
      collectMax: 50,
    },
    delivery: {
      deadlineMs: delivery.deadlineMs,
      marginMs: delivery.marginMs,
      ttlMs: delivery.ttlMs,
      bubbleAfterMs: delivery.streamAfterMs,
    },
    approvals,
    pairing,
    budgets: toBudgets(config),
    sessions: toSessionRules(config),
    flushMemory: config.memory.flush,
    windowEntries: limits.windowEntries,
  };
}

function toBudgets({
  budgets: { gateway, agents, persons, answerTokens },
}: Config): RuntimeSettings['budgets'] {
  const each = (budgets: typeof agents): Record<string, DayBudget> =>
    Object.fromEntries(Object.entries(budgets).map(([id, budget]) => [id, toBudget(budget)]));
  return {
    gateway: gateway && toBudget(gateway),
    agents: each(agents),
    persons: each(persons),
    answerTokens,
  };
}

function toBudget({
  usdPerDay,
  action,
  model,
}: NonNullable<Config['budgets']['gateway']>): DayBudget {
  const downgradeTo = action === 'downgrade' ? model : undefined;
  return { limitMicros: microsOf(usdPerDay), downgradeTo };
}

/** Layered: an agent's own words over the defaults. */
function toAgentSettings(
  { agents: { defaults }, tools, identity }: Config,
  agent: Config['agents']['list'][number],
): AgentSettings {
  const system = [defaults.system, agent.system].filter((part) => part !== undefined).join('\n\n');
  const {
    profile = tools.profile,
    allow = tools.allow,
    deny = [],
    approvals = tools.approvals,
  } = agent.tools ?? {};
  return {
    id: agent.id,
    identity: toIdentity(identity, { name: agent.name, ...agent.identity }),
    model: agent.model,
    fallbacks: agent.fallbacks ?? defaults.fallbacks,
    system: system === '' ? undefined : system,
    orders: [...defaults.orders, ...(agent.orders ?? [])],
    promptTokens: { ...defaults.promptTokens, ...agent.promptTokens },
    privateFiles: defaults.privateFiles,
    thinking: agent.thinking ?? defaults.thinking,
    // What the owner forbids for all stays forbidden for each.
    tools: { profile, allow, deny: [...tools.deny, ...deny], approvals },
    limits: withoutAbsent({ ...defaults.limits, ...agent.limits }),
    context: toContext({ ...defaults.context, ...agent.context }),
    queueMode: agent.queueMode ?? defaults.queueMode,
    subagents: toSubagentLimits(defaults.subagents, agent.subagents),
  };
}

function toSubagentLimits(
  defaults: Config['agents']['defaults']['subagents'],
  own: Config['agents']['list'][number]['subagents'] = {},
): AgentSettings['subagents'] {
  return {
    allow: own.allow ?? defaults.allow,
    workers: own.workers ?? defaults.workers,
    maxDepth: own.maxDepth ?? defaults.maxDepth,
    maxChildren: own.maxChildren ?? defaults.maxChildren,
    maxHops: own.maxHops ?? defaults.maxHops,
    timeoutMs: own.timeoutMs ?? defaults.timeoutMs,
  };
}

/** What holds for all wins over what one agent says of itself; an account's words are above both, where a run is for an account. */
function toIdentity(
  global: Config['identity'],
  own: NonNullable<Config['agents']['list'][number]['identity']>,
): AgentSettings['identity'] {
  const { name = 'Cuttle', emoji, avatar } = own;
  return withOver({ name, emoji, avatar }, global);
}

function toContext(context: Config['agents']['defaults']['context']): AgentSettings['context'] {
  const { threshold, softTrimRatio, hardClearRatio, keepLastAssistants } = context;
  const { pruneTools, reserveTokens, summaryModel } = context;
  return {
    ...(threshold !== undefined && { threshold }),
    ...(softTrimRatio !== undefined && { softTrimRatio }),
    ...(hardClearRatio !== undefined && { hardClearRatio }),
    ...(keepLastAssistants !== undefined && { keepLastAssistants }),
    ...(pruneTools && { pruneTools }),
    ...(reserveTokens !== undefined && { reserveTokens }),
    ...(summaryModel !== undefined && { summaryModel }),
  };
}

function withoutAbsent({
  maxSteps,
  maxWallMs,
  maxTokens,
  toolTimeoutMs,
}: Config['agents']['defaults']['limits']): AgentSettings['limits'] {
  return {
    ...(maxSteps !== undefined && { maxSteps }),
    ...(maxWallMs !== undefined && { maxWallMs }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(toolTimeoutMs !== undefined && { toolTimeoutMs }),
  };
}

/** Names that reach this machine and cannot be rebound by someone else's DNS. */
const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

export function toGatewaySettings(config: Config, token: string): GatewaySettings {
  const { gateway, agents, hooks } = config;
  const agentIds = agents.list.map(({ id }) => id);
  return {
    token,
    allowedOrigins: gateway.allowedOrigins,
    // On a network the machine has names we do not know.
    hosts: gateway.bind === 'loopback' ? [...loopbackHosts, ...gateway.hosts] : [],
    bodyBytes: gateway.limits.bodyBytes,
    framesBytes: gateway.limits.frameBytes,
    requestsPerMinute: gateway.limits.requestsPerMinute,
    hooks: {
      token: hooks.enabled ? hooks.token : undefined,
      bodyBytes: hooks.bodyBytes,
      requestsPerMinute: hooks.requestsPerMinute,
      mappings: toMappings(hooks.mappings),
    },
    agentIds,
    defaultAgentId: agentIds[0] ?? 'main',
    budgets: namedBudgets(toBudgets(config), agentIds),
    retention: toRetention(config),
  };
}

function toMappings(mappings: Config['hooks']['mappings']): GatewaySettings['hooks']['mappings'] {
  const kept = Object.entries(mappings).filter(([, { enabled }]) => enabled);
  return Object.fromEntries(
    kept.map(([name, { agent, when, ...mapping }]) => {
      const wanted = Object.entries(when).map(([path, value]) => [path, [value].flat()] as const);
      return [name, { ...mapping, agentId: agent, when: Object.fromEntries(wanted) }];
    }),
  );
}

const dayMs = 86_400_000;

export function toRetention({ retention }: Config): RetentionRules {
  const { sessions, usage, audit } = retention;
  const toMs = (days: number | undefined): number | undefined =>
    days === undefined ? undefined : days * dayMs;
  return {
    maxAgeMs: toMs(sessions.maxAgeDays),
    maxBytes: sessions.maxBytes,
    keepArchived: sessions.keepArchived,
    usageMs: toMs(usage.maxAgeDays),
    auditMs: toMs(audit.maxAgeDays),
  };
}
