import { z } from 'zod';
import { defineMethod } from './method.ts';
import { SessionKey } from './shapes.ts';

const AgentId = z.string().trim().min(1).max(100);

export const PinReport = z.object({
  pinId: z.string(),
  agentId: z.string(),
  /** Absent: it holds in every session of the agent. */
  sessionKey: z.string().optional(),
  text: z.string(),
  /** Who pinned it. */
  by: z.string(),
  createdAt: z.iso.datetime(),
});
export type PinReport = z.infer<typeof PinReport>;

/** Standing orders that are pinned; those of the configuration are in `agents.get`. */
export const pinsMethods = [
  defineMethod({
    name: 'pins.list',
    summary:
      'Pinned standing orders, the oldest first: with a session those in force there, else all of the agent.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ agentId: AgentId.optional(), sessionKey: SessionKey.optional() }),
    result: () => z.object({ pins: z.array(PinReport) }),
  }),
  defineMethod({
    name: 'pins.add',
    summary:
      'Pins a standing order: for one session, or without a session for all of the agent. The same words are pinned in a place once.',
    scope: 'operator.admin',
    since: 1,
    params: () =>
      z.looseObject({
        text: z.string().trim().min(1).max(2000),
        agentId: AgentId.optional(),
        sessionKey: SessionKey.optional(),
      }),
    result: () => PinReport,
  }),
  defineMethod({
    name: 'pins.remove',
    summary: 'Takes a pinned standing order down.',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({ pinId: z.string().max(100) }),
    result: () => z.object({ ok: z.boolean() }),
  }),
] as const;
