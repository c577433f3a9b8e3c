import { z } from 'zod';
import { QueueMode } from '../inbound.ts';
import { Json } from '../json.ts';
import { Scope } from '../principal.ts';
import { agentsMethods } from './agents-methods.ts';
import { contextMethods } from './context-methods.ts';
import { defineMethod } from './method.ts';
import { installedMethods } from './installed-methods.ts';
import { memoryMethods } from './memory-methods.ts';
import { recordsMethods } from './records-methods.ts';
import { sessionMethods } from './session-methods.ts';
import { pinsMethods } from './pins-methods.ts';
import {
  ApprovalReport,
  Attachment,
  BudgetReport,
  ChannelReport,
  FateReport,
  HistoryEntry,
  KeyStatus,
  ModelReport,
  OutboundReport,
  PairingReport,
  RunStatus,
  SessionKey,
  SessionSummary,
  UsageReport,
  UsageTotalReport,
} from './shapes.ts';
import { subagentMethods } from './subagent-methods.ts';

const nothing = z.strictObject({});
const done = z.object({ ok: z.literal(true) });
const page = { limit: z.int().min(1).max(500).default(50), before: z.string().max(500).optional() };

/** The protocol: every method with its params, result, scope and first version. Docs, JSON Schema, the typed client, handlers and authorisation derive from this table. */
export const methods = [
  defineMethod({
    name: 'connect',
    summary: 'The handshake, always the first request of a connection.',
    scope: undefined,
    since: 1,
    params: z.looseObject({
      minProtocol: z.int(),
      maxProtocol: z.int(),
      client: z.looseObject({
        id: z.string().max(100),
        version: z.string().max(100),
        platform: z.string().max(100),
        mode: z.string().max(100),
      }),
      role: z.string().max(50).default('operator'),
      scopes: z.array(z.string().max(100)).max(50).default([]),
      auth: z.looseObject({ token: z.string().max(4096).optional() }).optional(),
    }),
    result: z.object({
      type: z.literal('hello-ok'),
      protocol: z.int(),
      server: z.object({
        name: z.string(),
        version: z.string(),
        connId: z.string(),
        epoch: z.string(),
      }),
      features: z.object({ methods: z.array(z.string()), events: z.array(z.string()) }),
      snapshot: z.object({
        agentId: z.string(),
        model: z.string(),
        mainSessionKey: z.string(),
        uptimeMs: z.int(),
      }),
      auth: z.object({ role: z.string(), scopes: z.array(Scope) }),
      policy: z.object({ maxPayload: z.int(), maxBufferedBytes: z.int(), tickIntervalMs: z.int() }),
    }),
  }),
  defineMethod({
    name: 'protocol.describe',
    summary: 'This table: every method with JSON Schemas of its params and result.',
    scope: undefined,
    since: 1,
    params: nothing,
    result: z.object({
      version: z.object({ min: z.int(), max: z.int() }),
      methods: z.array(
        z.object({
          name: z.string(),
          summary: z.string(),
          scope: z.string().optional(),
          since: z.int(),
          params: Json,
          result: Json,
        }),
      ),
      events: z.array(z.string()),
    }),
  }),
  defineMethod({
    name: 'health',
    summary: 'Whether the gateway is alive and can accept messages, with reasons where it cannot.',
    scope: undefined,
    since: 1,
    params: z.looseObject({}),
    result: z.object({
      ok: z.boolean(),
      ready: z.boolean(),
      reasons: z.array(z.string()),
      uptimeMs: z.int(),
    }),
  }),
  defineMethod({
    name: 'status',
    summary: 'What runs, waits and failed, and which parts are connected.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({}),
    result: z.object({
      version: z.string(),
      pid: z.int(),
      url: z.string(),
      home: z.string(),
      uptimeMs: z.int(),
      ready: z.boolean(),
      reasons: z.array(z.string()),
      model: z.string(),
      modelReason: z.string(),
      sessions: z.int(),
      queued: z.int(),
      running: z.int(),
      waiting: z.int(),
      /** Sub-agents that have not ended. */
      subagents: z.int(),
      undelivered: z.int(),
      dead: z.int(),
      unconfirmed: z.int(),
      connections: z.int(),
      memoryMb: z.number(),
      eventLoopP99Ms: z.number(),
      channels: z.array(ChannelReport),
      configProblems: z.array(z.string()),
    }),
  }),
  defineMethod({
    name: 'chat.send',
    summary:
      'Accepts a message into a session. Answered after the message is committed; `runId` names it and the run that answers it.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({
      sessionKey: SessionKey,
      message: z.string().max(1_000_000),
      idempotencyKey: z.string().min(1).max(200),
      queueMode: QueueMode.optional(),
      attachments: z.array(Attachment).max(20).optional(),
    }),
    result: z.object({
      runId: z.string(),
      status: z.enum(['accepted', 'duplicate', 'command']),
      reply: z.string().optional(),
    }),
  }),
  defineMethod({
    name: 'chat.history',
    summary: 'The newest entries of a session, oldest first, with what is queued and running.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({
      sessionKey: SessionKey,
      limit: z.int().min(1).max(1000).default(100),
      before: z.int().positive().optional(),
    }),
    result: z.object({
      sessionKey: z.string(),
      entries: z.array(HistoryEntry),
      queued: z.array(z.object({ inboundId: z.string(), text: z.string(), at: z.iso.datetime() })),
      before: z.int().optional(),
      /** Where `events.resume` goes on from. */
      cursor: z.string(),
      activeRunId: z.string().optional(),
    }),
  }),
  defineMethod({
    name: 'chat.abort',
    summary: 'Stops the active run of a session, or one run.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({
      sessionKey: SessionKey.optional(),
      runId: z.string().max(100).optional(),
    }),
    result: z.object({ ok: z.literal(true), aborted: z.boolean(), runIds: z.array(z.string()) }),
  }),
  defineMethod({
    name: 'agent',
    summary:
      'Like chat.send, for programs: a message with an explicit session, answered when accepted.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({
      message: z.string().max(1_000_000),
      sessionKey: SessionKey.default('main'),
      idempotencyKey: z.string().min(1).max(200),
    }),
    result: z.object({
      runId: z.string(),
      status: z.enum(['accepted', 'duplicate', 'command']),
      reply: z.string().optional(),
    }),
  }),
  defineMethod({
    name: 'agent.wait',
    summary: 'Waits until a message has its fate, at most `timeoutMs`.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({
      runId: z.string().max(100),
      timeoutMs: z.int().min(0).max(600_000).default(30_000),
    }),
    result: RunStatus,
  }),
  defineMethod({
    name: 'events.resume',
    summary:
      'Follows a session from a cursor: durable events since, the text of an open step, then live events. Answers `cursor.expired` when they are gone.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({ cursor: z.string().max(500) }),
    result: z.object({ sessionKey: z.string(), replayed: z.int(), cursor: z.string() }),
  }),
  defineMethod({
    name: 'events.subscribe',
    summary:
      'Which sessions this connection hears of. Without it a connection hears of the sessions it sends to or reads; `all` hears of everything.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({
      sessionKeys: z.array(SessionKey).max(1000).optional(),
      all: z.boolean().optional(),
    }),
    result: done,
  }),
  defineMethod({
    name: 'messages.fate',
    summary:
      'What became of a message, with its stored timeline. `id` is what chat.send returned as runId.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({ id: z.string().max(100) }),
    result: FateReport,
  }),
  defineMethod({
    name: 'messages.failed',
    summary: 'Deliveries that were given up or could not be confirmed.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({ limit: page.limit }),
    result: z.object({ messages: z.array(OutboundReport) }),
  }),
  defineMethod({
    name: 'messages.retry',
    summary: 'Sends a given-up delivery again.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({ id: z.string().max(100) }),
    result: z.object({ ok: z.boolean() }),
  }),
  defineMethod({
    name: 'messages.discard',
    summary: 'Takes a given-up delivery off the list.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({ id: z.string().max(100) }),
    result: z.object({ ok: z.boolean() }),
  }),
  defineMethod({
    name: 'send',
    summary: 'Sends a message through a channel, without an agent. Idempotent by its key.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({
      channel: z.string().max(50),
      account: z.string().max(100).default('main'),
      to: z.string().max(200),
      message: z.string().min(1).max(100_000),
      idempotencyKey: z.string().min(1).max(200),
    }),
    result: z.object({ ids: z.array(z.string()) }),
  }),
  defineMethod({
    name: 'sessions.list',
    summary: 'Sessions by last activity, newest first; `search` matches titles and keys.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({
      ...page,
      agentId: z.string().max(100).optional(),
      /** The door of a session's first message: a platform, or web, http, terminal. */
      channel: z.string().max(50).optional(),
      search: z.string().max(200).optional(),
      archived: z.boolean().optional(),
    }),
    result: z.object({ sessions: z.array(SessionSummary), next: z.string().optional() }),
  }),
  defineMethod({
    name: 'sessions.get',
    summary: 'One session.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({ sessionKey: SessionKey }),
    result: SessionSummary,
  }),
  defineMethod({
    name: 'sessions.search',
    summary:
      'Full text over all messages: words, "phrases", begin* and -without; the best of the newest first.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({
      query: z.string().min(1).max(500),
      sessionKey: SessionKey.optional(),
      agentId: z.string().max(100).optional(),
      channel: z.string().max(100).optional(),
      person: z.string().max(500).optional(),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
      ...page,
    }),
    result: z.object({
      hits: z.array(
        z.object({
          sessionKey: z.string(),
          seq: z.int(),
          generation: z.int(),
          role: z.string(),
          snippet: z.string(),
          /** Where in the snippet the words are, in UTF-16 units. */
          marks: z.array(z.tuple([z.int(), z.int()])),
          at: z.iso.datetime(),
        }),
      ),
      next: z.string().optional(),
    }),
  }),
  defineMethod({
    name: 'sessions.patch',
    summary:
      'Sets title, model, queue mode, persona or archive mark of a session; null takes a choice back.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({
      sessionKey: SessionKey,
      title: z.string().max(200).nullable().optional(),
      model: z.string().max(200).nullable().optional(),
      queueMode: QueueMode.nullable().optional(),
      persona: z.string().trim().min(1).max(2000).nullable().optional(),
      archived: z.boolean().optional(),
    }),
    result: SessionSummary,
  }),
  defineMethod({
    name: 'sessions.reset',
    summary: 'Begins a new life of a session; its history stays readable.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({
      sessionKey: SessionKey,
      idempotencyKey: z.string().min(1).max(200).optional(),
    }),
    result: done,
  }),
  ...sessionMethods,
  ...recordsMethods,
  ...subagentMethods,
  defineMethod({
    name: 'models.list',
    summary:
      'The models that are set up, the default first, with what is known of each. `refresh` also asks each provider for the list of its own.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({ refresh: z.boolean().default(false) }),
    result: z.object({
      models: z.array(ModelReport),
      default: z.string(),
      reason: z.string(),
      /** Providers that could not be asked. */
      failures: z.array(z.object({ provider: z.string(), code: z.string(), message: z.string() })),
    }),
  }),
  defineMethod({
    name: 'models.test',
    summary: 'Asks a model for one word and tells how long it took.',
    scope: 'operator.write',
    since: 1,
    params: z.looseObject({ model: z.string().max(200).optional() }),
    result: z.object({
      model: z.string(),
      ok: z.boolean(),
      firstTokenMs: z.number().optional(),
      totalMs: z.number().optional(),
      text: z.string().optional(),
      error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
    }),
  }),
  defineMethod({
    name: 'providers.status',
    summary: 'Configured providers, how their keys do, and how the default model was chosen.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({}),
    result: z.object({
      providers: z.array(
        z.object({
          id: z.string(),
          kind: z.string(),
          detail: z.string(),
          keys: z.array(KeyStatus),
        }),
      ),
      default: z.string(),
      reason: z.string(),
    }),
  }),
  defineMethod({
    name: 'tools.catalog',
    summary: 'The tools of the gateway with effect, risk and whether the owner may use them.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({}),
    result: z.object({
      tools: z.array(
        z.object({
          name: z.string(),
          description: z.string(),
          effect: z.string(),
          risk: z.string(),
          allowed: z.boolean(),
        }),
      ),
    }),
  }),
  defineMethod({
    name: 'commands.list',
    summary: 'The slash commands every channel understands.',
    scope: undefined,
    since: 1,
    params: z.looseObject({}),
    result: z.object({
      commands: z.array(z.object({ name: z.string(), args: z.string(), description: z.string() })),
    }),
  }),
  defineMethod({
    name: 'channels.status',
    summary: 'Messenger accounts and their connections.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({}),
    result: z.object({ channels: z.array(ChannelReport) }),
  }),
  defineMethod({
    name: 'pairing.list',
    summary: 'People who asked to be let in.',
    scope: 'operator.pairing',
    since: 1,
    params: z.looseObject({}),
    result: z.object({ pairings: z.array(PairingReport) }),
  }),
  defineMethod({
    name: 'pairing.approve',
    summary: 'Lets the holder of a pairing code in, once.',
    scope: 'operator.pairing',
    since: 1,
    params: z.looseObject({ code: z.string().trim().min(4).max(50) }),
    result: z.object({ channel: z.string(), sender: z.string(), name: z.string().optional() }),
  }),
  defineMethod({
    name: 'exec.approvals.list',
    summary: 'Calls that wait for an approval.',
    scope: 'operator.approvals',
    since: 1,
    params: z.looseObject({}),
    result: z.object({ approvals: z.array(ApprovalReport) }),
  }),
  defineMethod({
    name: 'exec.approvals.resolve',
    summary: 'Approves or denies one call; the first decision wins.',
    scope: 'operator.approvals',
    since: 1,
    params: z.looseObject({
      approvalId: z.string().max(100),
      decision: z.enum(['approved', 'denied']),
    }),
    result: z.object({ ok: z.literal(true) }),
  }),
  defineMethod({
    name: 'config.get',
    summary: 'The configuration in force, secrets removed, with the hash of its file.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({ path: z.string().max(500).optional() }),
    result: z.object({
      config: Json,
      hash: z.string(),
      file: z.string(),
      problems: z.array(z.string()),
    }),
  }),
  defineMethod({
    name: 'config.set',
    summary:
      'Sets one key in the file and applies it; comments stay. `baseHash` refuses a stale write.',
    scope: 'operator.admin',
    since: 1,
    params: z.looseObject({
      path: z.string().min(1).max(500),
      value: Json,
      baseHash: z.string().optional(),
    }),
    result: z.object({ hash: z.string(), restart: z.array(z.string()) }),
  }),
  defineMethod({
    name: 'config.reload',
    summary: 'Reads the file again. A bad file is refused and the last good configuration runs on.',
    scope: 'operator.admin',
    since: 1,
    params: z.looseObject({}),
    result: z.object({
      applied: z.boolean(),
      problems: z.array(z.string()),
      restart: z.array(z.string()),
    }),
  }),
  defineMethod({
    name: 'config.schema',
    summary: 'The JSON Schema of the configuration.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({}),
    result: z.object({ schema: Json }),
  }),
  defineMethod({
    name: 'usage.status',
    summary: 'Tokens and cost by day, agent and model, and what is left of each budget today.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({
      days: z.int().min(1).max(366).default(30),
      sessionKey: SessionKey.optional(),
    }),
    result: z.object({ rows: z.array(UsageReport), budgets: z.array(BudgetReport) }),
  }),
  defineMethod({
    name: 'usage.cost',
    summary:
      'Cost of the last days (UTC, today is one of them) summed by day, agent, model, session or person; the dearest first, days in order.',
    scope: 'operator.read',
    since: 1,
    params: z.looseObject({
      days: z.int().min(1).max(366).default(30),
      by: z.enum(['day', 'agent', 'model', 'session', 'person']).default('model'),
    }),
    result: z.object({
      by: z.string(),
      /** The first day. */
      since: z.iso.date(),
      rows: z.array(UsageTotalReport),
      /** Over all days, also those of rows that are left out. */
      calls: z.int(),
      costMicros: z.int(),
      unpricedCalls: z.int(),
    }),
  }),
  defineMethod({
    name: 'logs.tail',
    summary: 'The last lines of the log.',
    scope: 'operator.admin',
    since: 1,
    params: z.looseObject({
      limit: z.int().min(1).max(2000).default(200),
      after: z.int().min(0).optional(),
    }),
    result: z.object({
      lines: z.array(
        z.object({
          seq: z.int(),
          at: z.iso.datetime(),
          level: z.string(),
          message: z.string(),
          fields: z.record(z.string(), Json),
        }),
      ),
    }),
  }),
  ...installedMethods,
  ...memoryMethods,
  ...agentsMethods,
  ...pinsMethods,
  ...contextMethods,
  defineMethod({
    name: 'web.code',
    summary: 'A new single-use code that opens the page (`cuttle open`).',
    scope: 'operator.admin',
    since: 1,
    params: z.looseObject({}),
    result: z.object({ url: z.string(), expiresAt: z.iso.datetime() }),
  }),
] as const;

export type Method = (typeof methods)[number];
export type MethodName = Method['name'];
export type MethodOf<Name extends MethodName> = Extract<Method, { name: Name }>;
/** What a caller writes (defaults may be left out). */
export type ParamsOf<Name extends MethodName> = z.input<MethodOf<Name>['params']>;
/** What a handler gets. */
export type ParsedParamsOf<Name extends MethodName> = z.output<MethodOf<Name>['params']>;
export type ResultOf<Name extends MethodName> = z.output<MethodOf<Name>['result']>;
