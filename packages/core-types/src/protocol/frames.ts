import { z } from 'zod';
import { Json } from '../json.ts';
import { channelStates } from './shapes.ts';

/** The protocol's version range of this build. Frames are JSON text on `/ws`. */
export const protocolVersion = { min: 1, max: 4 } as const;

/** Any `unknown` params: the method's own schema parses them. */
export const RequestFrame = z.object({
  type: z.literal('req'),
  id: z.string().min(1).max(200),
  method: z.string().min(1).max(100),
  params: z.unknown().optional(),
});
export type RequestFrame = z.infer<typeof RequestFrame>;

export const FrameError = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  retryable: z.boolean(),
  retryAfterMs: z.int().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type FrameError = z.infer<typeof FrameError>;

export const ResponseFrame = z.discriminatedUnion('ok', [
  z.object({ type: z.literal('res'), id: z.string(), ok: z.literal(true), payload: z.unknown() }),
  z.object({ type: z.literal('res'), id: z.string(), ok: z.literal(false), error: FrameError }),
]);
export type ResponseFrame = z.infer<typeof ResponseFrame>;

/** `seq` counts this connection's event frames, from 1, and only reveals gaps. */
export const EventFrame = z.object({
  type: z.literal('event'),
  event: z.string(),
  seq: z.int(),
  payload: z.unknown(),
});
export type EventFrame = z.infer<typeof EventFrame>;

export const ServerFrame = z.union([ResponseFrame, EventFrame]);
export type ServerFrame = z.infer<typeof ServerFrame>;

/**
 * Payload of the `agent` event: one event of a run. `stream` is the noun of the run event (`run`, `step`, `text`, `thinking`, `tool`, `usage`, `approval`, `compaction`),
 * `data` the event itself (`RunEvent`). `seq` rises within a run, not always by one. Durable events carry a `cursor` for `events.resume`.
 */
export const AgentEventPayload = z.object({
  runId: z.string(),
  sessionKey: z.string(),
  seq: z.int(),
  stream: z.string(),
  data: z.record(z.string(), Json),
  cursor: z.string().optional(),
});
export type AgentEventPayload = z.infer<typeof AgentEventPayload>;

export const ChatMessage = z.object({
  role: z.enum(['user', 'assistant']),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
});

/**
 * Payload of the `chat` event. `delta` carries in `message` the answer's text so far in full, `final` the whole answer.
 * `inbounds` are the messages it answers: ids that `chat.send` returned as `runId`.
 */
export const ChatEventPayload = z.object({
  runId: z.string(),
  sessionKey: z.string(),
  state: z.enum(['delta', 'final', 'error', 'aborted']),
  message: ChatMessage.optional(),
  error: FrameError.optional(),
  inbounds: z.array(z.string()).optional(),
  cursor: z.string().optional(),
});
export type ChatEventPayload = z.infer<typeof ChatEventPayload>;

/** Payload of the `session` event: something of a session changed that is no run (a message arrived, a reset, a new title). */
export const SessionEventPayload = z.object({
  sessionKey: z.string(),
  kind: z.enum(['inbound', 'command', 'reset', 'changed', 'subagent']),
  inboundId: z.string().optional(),
  /** Which one began, asks for an approval or ended; `subagents.list` and `exec.approvals.list` tell of it. */
  subagentId: z.string().optional(),
  text: z.string().optional(),
  cursor: z.string().optional(),
});
export type SessionEventPayload = z.infer<typeof SessionEventPayload>;

/** Payloads of what every connection is told, whatever it follows. */
const broadcasts = {
  /** Whether messages are taken, when that has changed; `reasons` say why not. */
  health: z.object({ ready: z.boolean(), reasons: z.array(z.string()) }),
  /** Another configuration is in force. `changed` names the paths, never the values; told to who may read the configuration. */
  'config.changed': z.object({ hash: z.string(), changed: z.array(z.string()) }),
  /** Somebody asks to be let in, or that was decided: `pairing.list` and `pairing.allowed` tell who; told to who may ask them. */
  'pairing.changed': z.object({}),
  /** An account of a messenger is in another state, or `removed` from the configuration; told to who may ask `channels.status`. */
  'channels.changed': z.object({
    channel: z.string(),
    account: z.string(),
    state: z.enum([...channelStates, 'removed']),
  }),
  /** The gateway takes nothing new from here on, and closes the connection when what runs has ended. */
  shutdown: z.object({ reason: z.string() }),
  /** A sign of life every `policy.tickIntervalMs`: without one for twice as long the connection is lost. `ts` in Unix ms. */
  tick: z.object({ ts: z.int() }),
};
export type BroadcastName = keyof typeof broadcasts;
export type BroadcastPayload<Name extends BroadcastName> = z.infer<(typeof broadcasts)[Name]>;

export const eventNames = [
  'agent',
  'chat',
  'session',
  ...(Object.keys(broadcasts) as BroadcastName[]), // Object.keys forgets the literal keys
] as const;
