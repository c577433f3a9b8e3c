import { z } from 'zod';

const template = z.string().min(1).max(20_000);
const name = z.string().min(1).max(200);

const mapping = z.looseObject({
  enabled: z.boolean().default(true).describe('Whether this hook is there.'),
  action: z
    .enum(['agent', 'wake'])
    .default('agent')
    .describe('`agent`: a message to an agent; `wake`: an event for the main session.'),
  message: template.describe('What the agent is told: a template over the body.'),
  name: template.optional().describe('Who says it: a template.'),
  sessionKey: template
    .optional()
    .describe('A session among those of hooks: a template. A new one each time without it.'),
  key: template
    .optional()
    .describe(
      'What makes a delivery one and the same: a template. An `Idempotency-Key` that comes along is over it.',
    ),
  when: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .default({})
    .describe('Values that the body must have, by path; other deliveries are left.'),
  agent: name.optional().describe('Who answers; the default agent without it.'),
  deliver: z
    .object({
      channel: name.describe('`<channel>`, or `<channel>:<account>`.'),
      to: name.describe('A chat of the channel.'),
    })
    .optional()
    .describe('A chat that the answer is sent to: `channel` (or `channel:account`) and `to`.'),
  model: name.optional().describe('`<provider>/<model>` for its runs.'),
  thinking: z
    .enum(['off', 'minimal', 'low', 'medium', 'high', 'max'])
    .optional()
    .describe('How much the model may think in its runs.'),
  timeoutSeconds: z
    .int()
    .positive()
    .max(86_400)
    .optional()
    .describe('After so long the model is asked no more.'),
  token: z
    .string()
    .min(16)
    .optional()
    .describe('A bearer token of its own, in place of `hooks.token`.'),
  signature: z
    .object({
      secret: z.string().min(8).describe('What the body is signed with.'),
      header: z.string().default('x-hub-signature-256').describe('Where the signature is.'),
      prefix: z.string().default('sha256=').describe('What stands before its digits.'),
    })
    .optional()
    .describe('HMAC-SHA-256 of the body, as GitHub sends it, in place of a token.'),
});

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
    mappings: z
      .record(
        z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 small letters, digits or -')
          .refine((id) => id !== 'agent' && id !== 'wake', 'agent and wake are taken'),
        mapping,
      )
      .default({})
      .describe('Hooks with a name, at `POST /hooks/<name>`: what their own JSON becomes.'),
  })
  .refine(({ enabled, token }) => !enabled || token !== undefined, {
    path: ['token'],
    message: 'is needed where hooks are enabled',
  });
