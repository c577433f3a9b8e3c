import { RunWishes } from '@cuttle/core-types';
import { z } from 'zod';

const wakeMode = z.enum(['now', 'next-heartbeat']).default('now');
const name = z.string().trim().min(1).max(200);

/** What another program hands in at `POST /hooks/agent`. Strict: a wish that is misspelt must not be lost in silence. */
export const AgentHook = z.strictObject({
  message: z.string().trim().min(1).describe('What the agent is told.'),
  name: name.optional().describe('Who says it.'),
  agentId: name.optional().describe('Who answers; the default agent where absent.'),
  sessionKey: name
    .optional()
    .describe('A session among those of hooks; a new one with each message where absent.'),
  wakeMode,
  deliver: z
    .boolean()
    .optional()
    .describe('Whether the answer is sent to `to`; true where `to` is there.'),
  channel: name.optional().describe('`<channel>` or `<channel>:<account>`.'),
  to: name.optional().describe('A chat of the channel.'),
  model: name.optional().describe('`<provider>/<model>`'),
  thinking: RunWishes.shape.thinking,
  timeoutSeconds: z.int().positive().max(86_400).optional(),
});
export type AgentHook = z.output<typeof AgentHook>;

/** What another program hands in at `POST /hooks/wake`. */
export const WakeHook = z.strictObject({
  text: z.string().trim().min(1).describe('What happened.'),
  mode: wakeMode,
});
export type WakeHook = z.output<typeof WakeHook>;

export const HookAnswer = z.strictObject({
  ok: z.literal(true),
  runId: z.string(),
  sessionKey: z.string(),
  status: z.enum(['accepted', 'duplicate']),
});
export type HookAnswer = z.output<typeof HookAnswer>;
