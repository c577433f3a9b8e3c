import { z } from 'zod';
import { QueueMode, ThinkingLevel } from '../inbound.ts';
import { defineMethod } from './method.ts';
import { done, page } from './common-params.ts';
import { SessionKey, SessionSummary } from './shapes.ts';

/** Lists of sessions, and what one of them is set to. */
export const sessionListMethods = [
  defineMethod({
    name: 'sessions.list',
    summary: 'Sessions by last activity, newest first; `search` matches titles and keys.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        ...page,
        agentId: z.string().max(100).optional(),
        /** The door of a session's first message: a platform, or web, http, terminal. */
        channel: z.string().max(50).optional(),
        search: z.string().max(200).optional(),
        archived: z.boolean().optional(),
      }),
    result: () => z.object({ sessions: z.array(SessionSummary), next: z.string().optional() }),
  }),
  defineMethod({
    name: 'sessions.get',
    summary: 'One session.',
    scope: 'operator.read',
    since: 1,
    params: () => z.looseObject({ sessionKey: SessionKey }),
    result: () => SessionSummary,
  }),
  defineMethod({
    name: 'sessions.search',
    summary:
      'Full text over all messages: words, "phrases", begin* and -without; the best of the newest first.',
    scope: 'operator.read',
    since: 1,
    params: () =>
      z.looseObject({
        query: z.string().min(1).max(500),
        sessionKey: SessionKey.optional(),
        agentId: z.string().max(100).optional(),
        channel: z.string().max(100).optional(),
        person: z.string().max(500).optional(),
        since: z.iso.datetime().optional(),
        until: z.iso.datetime().optional(),
        ...page,
      }),
    result: () =>
      z.object({
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
      'Sets title, model, queue mode, persona, level of thinking or archive mark of a session; null takes a choice back.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        sessionKey: SessionKey,
        title: z.string().max(200).nullable().optional(),
        model: z.string().max(200).nullable().optional(),
        queueMode: QueueMode.nullable().optional(),
        persona: z.string().trim().min(1).max(2000).nullable().optional(),
        thinking: ThinkingLevel.nullable().optional(),
        archived: z.boolean().optional(),
      }),
    result: () => SessionSummary,
  }),
  defineMethod({
    name: 'sessions.reset',
    summary: 'Begins a new life of a session; its history stays readable.',
    scope: 'operator.write',
    since: 1,
    params: () =>
      z.looseObject({
        sessionKey: SessionKey,
        idempotencyKey: z.string().min(1).max(200).optional(),
      }),
    result: () => done,
  }),
] as const;
