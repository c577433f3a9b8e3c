import { CuttleError } from '@cuttle/core-types/errors';
import type { AgentSummary, PromptPartReport } from '@cuttle/core-types/protocol';
import { type AgentSettings, promptTable, type PromptPart } from '@cuttle/runtime';
import { agentOf, toSessionKey } from '@cuttle/sessions';
import type { GatewayDeps, Handlers } from '../gateway-deps.ts';

export const agentHandlers: Pick<Handlers, 'agents.list' | 'agents.get' | 'agents.prompt'> = {
  async 'agents.list'(deps) {
    return { agents: deps.runtime.agents().map((agent) => toSummary(deps, agent)) };
  },
  async 'agents.get'(deps, { params }) {
    const agent = deps.runtime.agents().find(({ id }) => id === params.agentId);
    if (!agent) throw new CuttleError('agent.not-found', `There is no agent "${params.agentId}".`);
    const { fallbacks, thinking, queueMode, tools, orders } = agent;
    return {
      ...toSummary(deps, agent),
      fallbacks: [...fallbacks],
      ...(thinking !== undefined && { thinking }),
      queueMode,
      workspace: deps.workspaceOf(agent.id),
      tools: { ...tools, allow: [...tools.allow], deny: [...tools.deny] },
      orders: [...orders],
    };
  },
  async 'agents.prompt'({ runtime, settings }, { params }) {
    const { defaultAgentId } = settings();
    const sessionKey =
      params.sessionKey && toSessionKey(params.sessionKey, params.agentId ?? defaultAgentId);
    const agentId = params.agentId ?? (sessionKey && agentOf(sessionKey)) ?? defaultAgentId;
    const report = await runtime.describePrompt({ agentId, sessionKey });
    return {
      ...report,
      ...(sessionKey !== undefined && { sessionKey }),
      parts: report.parts.map(toPartReport),
      tokens: report.parts.reduce((sum, { tokens }) => sum + tokens, 0),
    };
  },
};

function toSummary({ settings, facts }: GatewayDeps, agent: AgentSettings): AgentSummary {
  const { name, emoji, avatar } = agent.identity;
  return {
    agentId: agent.id,
    name,
    ...(emoji !== undefined && { emoji }),
    ...(avatar !== undefined && { avatar }),
    model: agent.model ?? facts.model().ref,
    isDefault: agent.id === settings().defaultAgentId,
  };
}

function toPartReport({ id, text, tokens, budget, state, problem }: PromptPart): PromptPartReport {
  return {
    id,
    holds: promptTable.find((row) => row.id === id)?.holds ?? '',
    text,
    tokens,
    ...(budget !== undefined && { budget }),
    state,
    ...(problem !== undefined && { problem }),
  };
}
