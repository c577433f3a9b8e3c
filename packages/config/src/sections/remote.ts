import { z } from 'zod';

const dollars = z.number().nonnegative();

const model = z.looseObject({
  id: z.string().describe('The name the service knows the model by.'),
  contextWindow: z.int().positive().optional().describe('Tokens it takes in all.'),
  maxOutputTokens: z.int().positive().optional().describe('Tokens it answers at most.'),
  prices: z
    .looseObject({
      input: dollars.describe('A million tokens of input.'),
      output: dollars.describe('A million tokens of output.'),
      cacheRead: dollars
        .optional()
        .describe('A million tokens of input read from a cache; as `input` where it is not set.'),
      cacheWrite: dollars
        .optional()
        .describe('A million tokens of input written to a cache; as `input` where it is not set.'),
    })
    .optional()
    .describe('In dollars, over what is published. For a model that costs nothing: zeros.'),
});

const provider = z.looseObject({
  kind: z
    .string()
    .describe(
      'Which service or dialect: openai, anthropic, ollama, offline, or a preset such as groq.',
    ),
  baseUrl: z.string().optional().describe('Where the service answers; its own address by default.'),
  apiKey: z.string().optional().describe('Write it as `${NAME}` to keep it out of the file.'),
  apiKeys: z.array(z.string()).optional().describe('Several keys, used in turn.'),
  login: z
    .string()
    .optional()
    .describe('A saved login in place of a key: its profile, or `<login>/<profile>`.'),
  models: z
    .array(model)
    .optional()
    .describe('Models to offer, where the service does not list them.'),
});

/** Adapters check their own settings; here only what all have in common. */
export const providersSection = z.record(
  z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, _, . or -'),
  provider,
);

/** Platform → account → settings, which the platform's adapter checks. */
export const channelsSection = z.record(z.string(), z.record(z.string(), z.looseObject({})));

const login = z.looseObject({
  clientId: z.string().optional().describe('How the service knows this gateway.'),
  clientSecret: z.string().optional().describe('Where the service gives one to programs.'),
  authorizeUrl: z.string().optional().describe('The page that a person logs in on.'),
  deviceUrl: z.string().optional().describe('Gives out codes to type on another device.'),
  tokenUrl: z.string().optional().describe('Gives out and renews tokens.'),
  exchangeUrl: z.string().optional().describe('Gives what the models take for a token.'),
  redirectUrl: z.string().optional().describe('Where the browser comes back to.'),
  scopes: z.array(z.string()).optional().describe('What is asked for.'),
});

/** Settings of logins, by their ids; which there are is known to the adapters. */
export const loginsSection = z.record(z.string(), login);
