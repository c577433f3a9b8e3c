import { z } from 'zod';
import { InboundState, QueueMode, ThinkingLevel } from '../inbound.ts';
import { Message } from '../message.ts';
import { ParkReason, RunOutcome } from '../run-event.ts';
import { ModelPrices } from '../prices.ts';
import { Usage } from '../usage.ts';
import { Json } from '../json.ts';

/** Shapes that several methods share. Times are ISO 8601. */
export const SessionKey = z.string().trim().min(1).max(300);

export const SessionSummary = z.object({
  sessionKey: z.string(),
  sessionId: z.string(),
  agentId: z.string(),
  channel: z.string().optional(),
  title: z.string().optional(),
  model: z.string().optional(),
  persona: z.string().optional(),
  thinking: ThinkingLevel.optional(),
  queueMode: QueueMode.optional(),
  archived: z.boolean(),
  messages: z.int(),
  /** The last request with its answer; of one session alone (`sessions.get`) also the window of the model that would be asked now. */
  context: z.object({ tokens: z.int(), window: z.int().optional() }).optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

export const HistoryEntry = z.object({
  seq: z.int(),
  runId: z.string().optional(),
  inboundId: z.string().optional(),
  step: z.int().optional(),
  messages: z.array(Message),
  at: z.iso.datetime(),
  /** There, and true, where it was said in an earlier conversation of the same place, which the model reads no more. */
  past: z.boolean().optional(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

export const RunStatus = z.object({
  runId: z.string(),
  /** The state of the message and, once bound, of its run. */
  status: z.enum([
    'queued',
    'running',
    'waiting',
    'completed',
    'failed',
    'aborted',
    'refused',
    'cancelled',
    'timeout',
  ]),
  sessionKey: z.string().optional(),
  text: z.string().optional(),
  outcome: RunOutcome.optional(),
  waiting: ParkReason.optional(),
  reason: z.string().optional(),
});
export type RunStatus = z.infer<typeof RunStatus>;

export const FateReport = z.object({
  id: z.string(),
  sessionKey: z.string(),
  state: InboundState,
  runId: z.string().optional(),
  reason: z.string().optional(),
  timeline: z.array(z.object({ at: z.iso.datetime(), what: z.string(), detail: Json })),
});
export type FateReport = z.infer<typeof FateReport>;

export const OutboundReport = z.object({
  id: z.string(),
  state: z.string(),
  kind: z.string(),
  origin: z.string(),
  channel: z.string().optional(),
  account: z.string().optional(),
  /** The chat, as the platform numbers it. */
  to: z.string().optional(),
  text: z.string(),
  attempt: z.int(),
  reason: z.string().optional(),
  at: z.iso.datetime(),
});

export const ModelReport = z.object({
  id: z.string(),
  provider: z.string(),
  contextWindow: z.int().optional(),
  maxOutputTokens: z.int().optional(),
  inputs: z.array(z.string()).optional(),
  /** Levels of thinking that it tells apart; empty: it does not think. */
  thinking: z.array(z.string()).optional(),
  /** Microdollars for a million tokens; absent: the price is unknown. */
  prices: ModelPrices.optional(),
  /** Where the published facts were read, and when. */
  source: z.string().optional(),
  asOf: z.string().optional(),
  isDefault: z.boolean(),
});

const KeyState = z.enum(['ready', 'resting', 'probing']);

/** A key of a provider, never the key itself. Without several keys or fallbacks nothing is remembered, and it is always ready. */
export const KeyStatus = z.object({
  label: z.string(),
  /** The worst of its models. */
  state: KeyState,
  /** The models it failed for and has not answered for since. */
  failing: z.array(
    z.object({
      model: z.string(),
      state: KeyState,
      until: z.iso.datetime().optional(),
      /** Of its last failure. */
      code: z.string(),
      /** In a row. */
      failures: z.int(),
    }),
  ),
});

export const channelStates = [
  'starting',
  'connected',
  'reconnecting',
  'failed',
  'stopped',
] as const;

export const ChannelReport = z.object({
  channel: z.string(),
  account: z.string(),
  state: z.enum(channelStates),
  name: z.string().optional(),
  platformId: z.string().optional(),
  detail: z.string().optional(),
  /** What happens to a message whose sending was cut off. */
  ambiguity: z.string(),
  /** A person links it: `channels.login`. */
  hasLogin: z.boolean(),
});

export const UsageReport = z.object({
  day: z.string(),
  agentId: z.string(),
  provider: z.string(),
  model: z.string(),
  calls: z.int(),
  /** Those of the calls that came to no answer: stopped, cut, or given up for another. */
  cutCalls: z.int(),
  /** Those of them of which some numbers are estimates, as their service told none. */
  estimatedCalls: z.int(),
  usage: Usage,
  /** Of the calls whose price is known. */
  costMicros: z.int(),
  /** Calls whose price is not known; they are not in `costMicros`. */
  unpricedCalls: z.int(),
});

/** Usage summed by one thing, `key`. */
export const UsageTotalReport = UsageReport.pick({
  calls: true,
  cutCalls: true,
  estimatedCalls: true,
  usage: true,
  costMicros: true,
  unpricedCalls: true,
}).extend({ key: z.string() });

/** A budget and today's use of it (UTC). */
export const BudgetReport = z.object({
  /** `gateway`, `agent:<id>` or `person:<id>`. */
  scope: z.string(),
  limitMicros: z.int(),
  spentMicros: z.int(),
  /** What calls under way may cost at most. */
  reservedMicros: z.int(),
  /** The model that is asked where there is no room; absent: runs end. */
  downgradeTo: z.string().optional(),
});

/** Somebody on an account of a messenger; `sender` is the platform's own id of them. */
export const PeerReport = z.object({
  channel: z.string(),
  account: z.string(),
  sender: z.string(),
  name: z.string().optional(),
});
export const AllowedReport = PeerReport.extend({ since: z.iso.datetime().optional() });

export const PairingReport = PeerReport.extend({
  code: z.string(),
  accountId: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

export const ApprovalReport = z.object({
  approvalId: z.string(),
  runId: z.string(),
  sessionKey: z.string(),
  tool: z.string(),
  input: Json,
  planHash: z.string(),
  state: z.string(),
  expiresAt: z.iso.datetime(),
});

/** An image or a file a client sends with a message; `data` is base64. */
export const Attachment = z.object({
  mimeType: z.string().max(200),
  name: z.string().max(300).optional(),
  data: z.base64(),
});
