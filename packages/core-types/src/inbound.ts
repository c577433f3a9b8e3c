import { z } from 'zod';
import { Json } from './json.ts';
import { Message, type UserMessage, UserPart } from './message.ts';

/** What happens to a message that arrives while a run is active in its session. */
export const QueueMode = z.enum(['steer', 'followup', 'collect', 'interrupt']);
export type QueueMode = z.infer<typeof QueueMode>;

/** A tool that the client of `/v1/chat/completions` runs itself. `parameters` is a JSON Schema. */
export const ClientTool = z.object({
  name: z.string(),
  description: z.string().optional(),
  parameters: z.record(z.string(), Json).optional(),
});
export type ClientTool = z.infer<typeof ClientTool>;

/** Per-turn wishes of an API client, passed to the model as they are. */
export const TurnParameters = z.object({
  temperature: z.number().optional(),
  topP: z.number().optional(),
  maxOutputTokens: z.int().positive().optional(),
  stop: z.array(z.string()).optional(),
  toolChoice: z
    .union([z.enum(['auto', 'none', 'required']), z.object({ name: z.string() })])
    .optional(),
  responseFormat: Json.optional(),
  seed: z.int().optional(),
});
export type TurnParameters = z.infer<typeof TurnParameters>;

/** Work on the session itself that waits for its turn like a message, and says nothing to the model. */
export const RunTask = z.object({
  kind: z.literal('compact'),
  /** What shall be kept. */
  instructions: z.string().optional(),
});
export type RunTask = z.infer<typeof RunTask>;

/** How much a model may think, from nothing to all it can. A model that does not know a level gets the next lower one. */
export const ThinkingLevel = z.enum(['off', 'minimal', 'low', 'medium', 'high', 'max']);
export type ThinkingLevel = z.infer<typeof ThinkingLevel>;

/** `model` is `<provider>/<model>`. `maxWallMs` only shortens the agent's own limit. */
export const RunWishes = z.object({
  model: z.string().optional(),
  thinking: ThinkingLevel.optional(),
  maxWallMs: z.int().positive().optional(),
});
export type RunWishes = z.infer<typeof RunWishes>;

/**
 * What an inbound says, as stored. Messengers and chat send `parts`; an API client sends whole `messages`
 * (its own history in a stateless conversation, else those after the last assistant message).
 */
export const InboundBody = z.object({
  v: z.literal(1).default(1),
  parts: z.array(UserPart).default([]),
  messages: z.array(Message).optional(),
  system: z.string().optional(),
  clientTools: z.array(ClientTool).optional(),
  parameters: TurnParameters.optional(),
  /** `<provider>/<model>` of a plain proxy call: no agent prompt, no own tools. */
  proxyModel: z.string().optional(),
  senderName: z.string().optional(),
  /** Of how many messages of the messenger it was put together; absent: of one. */
  merged: z.int().positive().optional(),
  /** The messenger's own id of the message, by which it is quoted or reacted to. */
  messageId: z.string().optional(),
  /** The messenger's own id of who said it. */
  senderId: z.string().optional(),
  /** Said before the answer: several agents answer here, each in its own name. */
  voice: z.string().optional(),
  /** What a hook wants of this run instead of what the agent's settings say; tools and prompt stay the agent's. */
  wishes: RunWishes.optional(),
  task: RunTask.optional(),
});
export type InboundBody = z.infer<typeof InboundBody>;

/** What an inbound adds to the transcript. */
export function messagesOf({ parts, messages, senderName }: InboundBody): readonly Message[] {
  if (messages) return messages;
  const said: UserMessage = {
    role: 'user',
    parts,
    ...(senderName !== undefined && { name: senderName }),
  };
  return [said];
}

/**
 * Where the answer goes, frozen per run. `pull` doors (HTTP, WebSocket) read the stored answer;
 * `push` doors get outbound rows in `conversationId`, addressed by `target`.
 */
export const Route = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pull'), door: z.string(), stateless: z.boolean().default(false) }),
  z.object({
    kind: z.literal('push'),
    door: z.string(),
    accountId: z.string(),
    target: Json,
    /** Whether the conversation is one person's or shared. */
    chat: z.enum(['dm', 'group']),
  }),
]);
export type Route = z.infer<typeof Route>;

export const InboundState = z.enum([
  'queued',
  'refused',
  'bound',
  'answered',
  'failed',
  'cancelled',
]);
export type InboundState = z.infer<typeof InboundState>;
