import { z } from 'zod';
import { Json } from '../json.ts';
import { Scope } from '../principal.ts';
import { defineMethod } from './method.ts';
import { nothing } from './common-params.ts';
import { ChannelReport } from './shapes.ts';

/** The handshake, and what is asked of the gateway itself. */
export const gatewayMethods = [
  defineMethod({
    name: 'connect',
    summary: 'The handshake, always the first request of a connection.',
    scope: undefined,
    since: 1,
    params: () =>
      z.looseObject({
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
    result: () =>
      z.object({
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
        policy: z.object({
          maxPayload: z.int(),
          maxBufferedBytes: z.int(),
          tickIntervalMs: z.int(),
        }),
      }),
  }),
  defineMethod({
    name: 'protocol.describe',
    summary: 'This table: every method with JSON Schemas of its params and result.',
    scope: undefined,
    since: 1,
    params: () => nothing,
    result: () =>
      z.object({
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
    params: () => z.looseObject({}),
    result: () =>
      z.object({
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
    params: () => z.looseObject({}),
    result: () =>
      z.object({
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
    name: 'logs.tail',
    summary: 'The last lines of the log.',
    scope: 'operator.admin',
    since: 1,
    params: () =>
      z.looseObject({
        limit: z.int().min(1).max(2000).default(200),
        after: z.int().min(0).optional(),
      }),
    result: () =>
      z.object({
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
  defineMethod({
    name: 'web.code',
    summary: 'A new single-use code that opens the page (`cuttle open`).',
    scope: 'operator.admin',
    since: 1,
    params: () => z.looseObject({}),
    result: () => z.object({ url: z.string(), expiresAt: z.iso.datetime() }),
  }),
] as const;
