import { z } from 'zod';
import { QueueMode } from '../inbound.ts';
import { defineMethod } from './method.ts';
import { done, page } from './common-params.ts';
import {
  Attachment,
  FateReport,
  HistoryEntry,
  OutboundReport,
  RunStatus,
  SessionKey,
} from './shapes.ts';

/** What is said, what became of it, and the events of a run. */
export const chatMethods = [
  defineMethod({
    name: 'chat.send',
    summary:
      'Accepts a message into a session. Answered after the message is committed; `runId` names it and the run that answers it.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        sessionKey: SessionKey,
        message: z.string().max(1_000_000),
        idempotencyKey: z.string().min(1).max(200),
        queueMode: QueueMode.optional(),
        attachments: z.array(Attachment).max(20).optional(),
      }),
    result: () =>
      z.object({
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
    params: () =>
      z.looseObject({
        sessionKey: SessionKey,
        limit: z.int().min(1).max(1000).default(100),
        before: z.int().positive().optional(),
      }),
    result: () =>
      z.object({
        sessionKey: z.string(),
        entries: z.array(HistoryEntry),
        queued: z.array(
          z.object({ inboundId: z.string(), text: z.string(), at: z.iso.datetime() }),
        ),
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
    params: () =>
      z.looseObject({
        sessionKey: SessionKey.optional(),
        runId: z.string().max(100).optional(),
      }),
    result: () =>
      z.object({ ok: z.literal(true), aborted: z.boolean(), runIds: z.array(z.string()) }),
  }),
  defineMethod({
    name: 'agent',
    summary:
      'Like chat.send, for programs: a message with an explicit session, answered when accepted.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        message: z.string().max(1_000_000),
        sessionKey: SessionKey.default('main'),
        idempotencyKey: z.string().min(1).max(200),
      }),
    result: () =>
      z.object({
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
    params: () =>
      z.looseObject({
        runId: z.string().max(100),
        timeoutMs: z.int().min(0).max(600_000).default(30_000),
      }),
    result: () => RunStatus,
  }),
  defineMethod({
    name: 'events.resume',
    summary:
      'Follows a session from a cursor: durable events since, the text of an open step, then live events. Answers `cursor.expired` when they are gone.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ cursor: z.string().max(500) }),
    result: () => z.object({ sessionKey: z.string(), replayed: z.int(), cursor: z.string() }),
  }),
  defineMethod({
    name: 'events.subscribe',
    summary:
      'Which sessions this connection hears of. Without it a connection hears of the sessions it sends to or reads; `all` hears of everything.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        sessionKeys: z.array(SessionKey).max(1000).optional(),
        all: z.boolean().optional(),
      }),
    result: () => done,
  }),
  defineMethod({
    name: 'messages.fate',
    summary:
      'What became of a message, with its stored timeline. `id` is what chat.send returned as runId.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ id: z.string().max(100) }),
    result: () => FateReport,
  }),
  defineMethod({
    name: 'messages.failed',
    summary: 'Deliveries that were given up or could not be confirmed.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ limit: page.limit }),
    result: () => z.object({ messages: z.array(OutboundReport) }),
  }),
  defineMethod({
    name: 'messages.retry',
    summary: 'Sends a given-up delivery again.',
    scope: 'operator.write',
    since: 1,
    params: () => z.looseObject({ id: z.string().max(100) }),
    result: () => z.object({ ok: z.boolean() }),
  }),
  defineMethod({
    name: 'messages.discard',
    summary: 'Takes a given-up delivery off the list.',
    scope: 'operator.write',
    since: 1,
    params: () => z.looseObject({ id: z.string().max(100) }),
    result: () => z.object({ ok: z.boolean() }),
  }),
  defineMethod({
    name: 'send',
    summary: 'Sends a message through a channel, without an agent. Idempotent by its key.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        channel: z.string().max(50),
        account: z.string().max(100).default('main'),
        to: z.string().max(200),
        message: z.string().min(1).max(100_000),
        idempotencyKey: z.string().min(1).max(200),
      }),
    result: () => z.object({ ids: z.array(z.string()) }),
  }),
] as const;
