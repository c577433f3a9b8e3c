import { z } from 'zod';
import { QueueMode } from '../inbound.ts';
import { defineMethod } from './method.ts';
import { SessionKey } from './shapes.ts';

const AgentId = z.string().trim().min(1).max(100);

export const AgentSummary = z.object({
  agentId: z.string(),
  name: z.string(),
  emoji: z.string().optional(),
  /** Address of an image. */
  avatar: z.string().optional(),
  /** What answers where a session has no choice of its own. */
  model: z.string(),
  isDefault: z.boolean(),
});
export type AgentSummary = z.infer<typeof AgentSummary>;

export const PromptPartReport = z.object({
  id: z.string(),
  holds: z.string(),
  text: z.string(),
  /** Estimated. */
  tokens: z.int(),
  /** Absent: it is never cut. */
  budget: z.int().optional(),
  /** `private`: left out, because others read along. `unusable`: left out, for the reason in `problem`. */
  state: z.enum(['whole', 'cut', 'private', 'unusable']),
  problem: z.string().optional(),
});
export type PromptPartReport = z.infer<typeof PromptPartReport>;

/** Who answers, and what they are told. */
export const agentsMethods = [
  defineMethod({
    name: 'agents.list',
    summary: 'The agents, the default first.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({}),
    result: () => z.object({ agents: z.array(AgentSummary) }),
  }),
  defineMethod({
    name: 'agents.get',
    summary: 'One agent with its settings in force. Throws `agent.not-found`.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ agentId: AgentId }),
    result: () =>
      AgentSummary.extend({
        fallbacks: z.array(z.string()),
        thinking: z.string().optional(),
        queueMode: QueueMode,
        workspace: z.string(),
        tools: z.object({
          profile: z.string(),
          allow: z.array(z.string()),
          deny: z.array(z.string()),
          approvals: z.string(),
        }),
        /** Standing orders of the configuration. */
        orders: z.array(z.string()),
      }),
  }),
  defineMethod({
    name: 'agents.prompt',
    summary:
      'The system prompt that the owner would be answered with, part by part, with token counts and budgets. With a session, as in that session.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ agentId: AgentId.optional(), sessionKey: SessionKey.optional() }),
    result: () =>
      z.object({
        agentId: z.string(),
        sessionKey: z.string().optional(),
        /** Whether the owner's private files may be in it. */
        audience: z.enum(['private', 'others']),
        parts: z.array(PromptPartReport),
        /** Of all parts. */
        tokens: z.int(),
        /** Schemas that go along, which are not part of the prompt. */
        tools: z.object({ count: z.int(), tokens: z.int() }),
      }),
  }),
] as const;
