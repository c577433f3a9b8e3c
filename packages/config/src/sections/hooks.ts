import { z } from 'zod';

export const hooksSection = z
  .looseObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether `POST /hooks/agent` and `POST /hooks/wake` are there.'),
    token: z
      .string()
      .min(16)
      .optional()
      .describe('The bearer token of other programs; not that of the gateway.'),
    bodyBytes: z
      .int()
      .positive()
      .default(256 * 1024)
      .describe('Largest body in bytes.'),
    requestsPerMinute: z
      .int()
      .positive()
      .default(120)
      .describe('Requests of one address per minute.'),
  })
  .refine(({ enabled, token }) => !enabled || token !== undefined, {
    path: ['token'],
    message: 'is needed where hooks are enabled',
  });
