import { z } from 'zod';

const limits = z.looseObject({
  bodyBytes: z
    .int()
    .positive()
    .default(20 * 1024 * 1024)
    .describe('Largest HTTP body in bytes.'),
  frameBytes: z
    .int()
    .positive()
    .default(8 * 1024 * 1024)
    .describe('Largest WebSocket frame in bytes.'),
  requestsPerMinute: z
    .int()
    .positive()
    .default(120_000)
    .describe('Requests of one caller per minute.'),
});

export const gatewaySection = z.looseObject({
  port: z.int().min(0).max(65_535).default(18_800).describe('TCP port; 0 takes a free one.'),
  bind: z
    .enum(['loopback', 'lan'])
    .default('loopback')
    .describe('Which interfaces to listen on. `lan` is every one of them.'),
  auth: z
    .looseObject({
      token: z
        .string()
        .min(8)
        .optional()
        .describe('The bearer token of the owner; made and kept in the home where it is not set.'),
    })
    .prefault({})
    .describe('Who may call the gateway.'),
  allowedOrigins: z
    .array(z.url())
    .default([])
    .describe('Origins beside our own whose pages may use the gateway.'),
  hosts: z
    .array(z.string())
    .default([])
    .describe('Host names, beside loopback, that a request may name.'),
  limits: limits.prefault({}).describe('What one caller may send.'),
});
