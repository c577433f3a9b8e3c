import { z } from 'zod';

/**
 * The configuration: one schema for the file, the JSON Schema, the reference and the form. Sections are loose: an unknown key is a
 * warning of the loader, never a failure. Settings of providers and channels are checked by their adapters' own schemas.
 */
const gateway = z.looseObject({
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
    .prefault({}),
  allowedOrigins: z
    .array(z.url())
    .default([])
    .describe('Origins beside our own whose pages may use the gateway.'),
  hosts: z
    .array(z.string())
    .default([])
    .describe('Host names, beside loopback, that a request may name.'),
  limits: z
    .looseObject({
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
    })
    .prefault({}),
});

const store = z.looseObject({
  url: z
    .string()
    .regex(/^(sqlite:|postgres(ql)?:\/\/)/, 'must begin with sqlite: or postgres://')
    .default('sqlite:data/cuttle.db')
    .describe('Where data is kept; a SQLite path is relative to the home.'),
});

const provider = z.looseObject({
  kind: z
    .string()
    .describe(
      'Which service or dialect: openai, anthropic, ollama, offline, or a preset such as groq.',
    ),
  models: z
    .array(z.looseObject({ id: z.string(), contextWindow: z.int().positive().optional() }))
    .optional()
    .describe('Models to offer, where the service does not list them.'),
});

const queueMode = z.enum(['steer', 'followup', 'collect', 'interrupt']);
const runLimits = z.looseObject({
  maxSteps: z.int().positive().optional().describe('Model calls of one run.'),
  maxWallMs: z.int().positive().optional().describe('Milliseconds of one run.'),
  maxTokens: z.int().positive().optional().describe('Tokens of one run.'),
  toolTimeoutMs: z.int().positive().optional().describe('Milliseconds of one tool call.'),
});

const tools = z.looseObject({
  profile: z
    .enum(['minimal', 'messaging', 'coding', 'full'])
    .default('messaging')
    .describe('Which groups of tools agents have.'),
  allow: z
    .array(z.string())
    .default([])
    .describe('Tools beyond the profile: names, `group:<name>`, or a prefix ending in *.'),
  deny: z.array(z.string()).default([]).describe('Tools that never run; wins over everything.'),
  approvals: z
    .enum(['ask', 'deny', 'allow'])
    .default('ask')
    .describe('What happens where a call needs an approval; `allow` holds for the owner only.'),
});

const agent = z.looseObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .describe('Names the agent in session keys and model names.'),
  name: z.string().optional().describe('What the agent calls itself.'),
  model: z.string().optional().describe('`<provider>/<model>`, over the default.'),
  system: z.string().optional().describe('Added to the base prompt.'),
  queueMode: queueMode.optional(),
  thinking: z.enum(['off', 'minimal', 'low', 'medium', 'high', 'max']).optional(),
  tools: tools.partial().optional(),
  limits: runLimits.optional(),
});

const agents = z.looseObject({
  defaults: z
    .looseObject({
      model: z
        .string()
        .optional()
        .describe(
          '`<provider>/<model>` used where nothing else is chosen; found by itself when not set.',
        ),
      fallbacks: z
        .array(z.string())
        .default([])
        .describe('Models to ask when the first cannot answer.'),
      system: z.string().optional().describe('Added to the base prompt of every agent.'),
      queueMode: queueMode
        .default('followup')
        .describe('What happens to messages that arrive during a run.'),
      thinking: z
        .enum(['off', 'minimal', 'low', 'medium', 'high', 'max'])
        .optional()
        .describe('How much a model may think.'),
      limits: runLimits.prefault({}),
    })
    .prefault({}),
  list: z
    .array(agent)
    .min(1)
    .default([{ id: 'main' }])
    .describe('The agents; the first is the default.'),
});

const limits = z.looseObject({
  queuePerSession: z
    .int()
    .positive()
    .default(200)
    .describe('Messages waiting in one session; beyond it the answer is "busy".'),
  queueTotal: z.int().positive().default(10_000).describe('Messages waiting in all.'),
  concurrency: z.int().positive().default(64).describe('Runs at once.'),
  windowEntries: z
    .int()
    .min(10)
    .default(200)
    .describe('Transcript entries a model call sees at most.'),
});

const delivery = z.looseObject({
  deadlineMs: z
    .int()
    .positive()
    .default(15_000)
    .describe('A platform call is given up after so long; its outcome is then unknown.'),
  marginMs: z.int().min(0).default(500).describe('Added to the deadline before recovery decides.'),
  ttlMs: z
    .int()
    .positive()
    .default(86_400_000)
    .describe('A reply that cannot be delivered for so long is given up.'),
  streamAfterMs: z
    .int()
    .min(0)
    .default(700)
    .describe('An answer that takes longer than this is shown while it grows.'),
});

export const configSchema = z.looseObject({
  gateway: gateway.prefault({}),
  store: store.prefault({}),
  providers: z
    .record(z.string().regex(/^[\w.-]{1,64}$/), provider)
    .default({})
    .describe('Model services by an id of your choice.'),
  agents: agents.prefault({}),
  channels: z
    .record(z.string(), z.record(z.string(), z.looseObject({})))
    .default({})
    .describe('Messengers: platform → account → settings.'),
  tools: tools.prefault({}),
  limits: limits.prefault({}),
  delivery: delivery.prefault({}),
  approvals: z
    .looseObject({
      ttlMs: z
        .int()
        .positive()
        .default(600_000)
        .describe('A question for an approval ends after so long.'),
    })
    .prefault({}),
  pairing: z
    .looseObject({
      ttlMs: z.int().positive().default(3_600_000).describe('A pairing code works so long.'),
    })
    .prefault({}),
  log: z
    .looseObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('Least level that is logged.'),
    })
    .prefault({}),
});
export type Config = z.output<typeof configSchema>;
/** What a person may write: everything with a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;
