import { configSchema } from './schema.ts';
import { printJson5, printKey, type Json5Style } from './json5/print.ts';
import { shapeOf } from './schema-shape.ts';
import type { z } from 'zod';

const style: Json5Style = {
  indent: '  ',
  newline: '\n',
  quote: "'",
  keys: 'bare',
  trailingComma: true,
};

/** Values for keys that have no default, by path: shown behind `//`, ready to be taken in. */
const samples: Readonly<Record<string, unknown>> = {
  'gateway.auth.token': '${CUTTLE_TOKEN}',
  'hooks.token': '${CUTTLE_HOOKS_TOKEN}',
  'agents.defaults.model': 'local/m1',
  'embeddings.model': 'ollama/nomic-embed-text',
  'media.describe': 'local/m1',
  'media.transcribe': 'local/m1',
  'agents.defaults.system': 'Answer briefly.',
  'agents.defaults.thinking': 'low',
  'identity.name': 'Cuttle',
  'identity.emoji': '🦑',
  'identity.avatar': 'https://example.org/cuttle.png',
  'retention.sessions.maxAgeDays': 365,
  'retention.sessions.maxBytes': 10_000_000_000,
  'retention.usage.maxAgeDays': 730,
  'retention.audit.maxAgeDays': 730,
  'agents.defaults.limits.maxSteps': 40,
  'agents.defaults.limits.maxWallMs': 600_000,
  'agents.defaults.limits.maxTokens': 200_000,
  'agents.defaults.limits.toolTimeoutMs': 30_000,
  'session.reset.mode': 'daily',
  'session.reset.atHour': 4,
  'session.reset.timeZone': 'Europe/Paris',
  'session.reset.idleMinutes': 60,
  'session.reset.notice': false,
  'session.reset.dm': { mode: 'daily' },
  'session.reset.group': { mode: 'idle', idleMinutes: 120 },
  'session.reset.thread': { mode: 'manual' },
  'agents.defaults.context.threshold': 0.75,
  'agents.defaults.context.softTrimRatio': 0.35,
  'agents.defaults.context.hardClearRatio': 0.55,
  'agents.defaults.context.keepLastAssistants': 3,
  'agents.defaults.context.pruneTools': ['web_*', 'file_read'],
  'agents.defaults.context.reserveTokens': 8_192,
  'agents.defaults.context.summaryModel': 'local/m1',
  'budgets.gateway': { usdPerDay: 20, action: 'downgrade', model: 'local/m1' },
};

/** Sections whose keys are names of the owner's choice. */
const examples: Readonly<Record<string, unknown>> = {
  providers: {
    local: {
      kind: 'openai',
      baseUrl: 'http://127.0.0.1:9001/v1',
      apiKey: 'x',
      models: [
        {
          id: 'm1',
          contextWindow: 128_000,
          maxOutputTokens: 8192,
          prices: { input: 0.4, output: 1.6, cacheRead: 0.1, cacheWrite: 0.4 },
        },
      ],
    },
    claude: { kind: 'anthropic', apiKeys: ['${KEY_A}', '${KEY_B}'] },
    router: { kind: 'openrouter', login: 'default' },
  },
  logins: {
    google: {
      clientId: '1234.apps.googleusercontent.com',
      clientSecret: 'from the page of your project',
      authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
      deviceUrl: 'https://oauth2.googleapis.com/device/code',
      tokenUrl: 'https://oauth2.googleapis.com/token',
      exchangeUrl: 'https://oauth2.googleapis.com/token',
      redirectUrl: 'http://127.0.0.1:0/callback',
      scopes: ['openid', 'https://www.googleapis.com/auth/cloud-platform'],
    },
  },
  'hooks.mappings': {
    github: {
      enabled: true,
      action: 'agent',
      message: '{{pull_request.title}}\n{{pull_request.body}}',
      name: 'github {{headers.x-github-event}}',
      sessionKey: 'pr-{{pull_request.number}}',
      key: '{{headers.x-github-delivery}}',
      when: { action: ['opened', 'reopened'] },
      agent: 'second',
      deliver: { channel: 'telegram:main', to: '4711' },
      model: 'local/m1',
      thinking: 'low',
      timeoutSeconds: 600,
      token: 'a-token-of-its-own-instead',
      signature: {
        secret: 'what both sides know',
        header: 'x-hub-signature-256',
        prefix: 'sha256=',
      },
    },
  },
  bindings: [
    {
      match: { channel: 'telegram', account: 'main', group: '-1001234', thread: '7' },
      agent: 'second',
    },
    { match: { channel: 'telegram', peer: '42' }, agent: 'second' },
    { match: { channel: 'telegram', group: '-1005678' }, agents: ['main', 'second'] },
  ],
  'session.channels': {
    telegram: {
      scope: 'per-sender',
      reset: {
        mode: 'daily',
        atHour: 4,
        timeZone: 'Europe/Paris',
        notice: true,
        group: { mode: 'idle', idleMinutes: 120 },
      },
    },
  },
  persons: [{ name: 'Anna', identities: ['telegram:42', 'discord:7'] }],
  channels: { telegram: { main: { token: '${TELEGRAM_BOT_TOKEN}', dmPolicy: 'pairing' } } },
  'agents.list': [
    { id: 'main' },
    {
      id: 'second',
      name: 'Second',
      identity: { name: 'Second', emoji: '🌱', avatar: 'https://example.org/second.png' },
      workspace: 'workspace/second',
      orders: ['Never order more than one plant at a time.'],
      promptTokens: { 'MEMORY.md': 8000 },
      model: 'local/m1',
      system: 'You look after the garden.',
      queueMode: 'steer',
      thinking: 'low',
      tools: { profile: 'minimal', allow: ['web_fetch'], deny: [], approvals: 'ask' },
      limits: { maxSteps: 20, maxWallMs: 300_000, maxTokens: 100_000, toolTimeoutMs: 20_000 },
      context: {
        threshold: 0.6,
        softTrimRatio: 0.3,
        hardClearRatio: 0.5,
        keepLastAssistants: 2,
        pruneTools: ['web_*'],
        reserveTokens: 4_096,
        summaryModel: 'local/m1',
      },
      subagents: {
        allow: ['main'],
        workers: ['builder'],
        maxDepth: 1,
        maxChildren: 3,
        maxHops: 2,
        timeoutMs: 600_000,
      },
    },
  ],
};

/** `config.example.json5`: every key with its meaning; what stands there is the default, or a sample behind `//`. */
export function configExample(): string {
  const lines = [
    '// Every key of the configuration. Generated from the schema; do not edit.',
    '// What stands here is the default, unless it names something of yours (providers, channels, agents);',
    '// a line behind // is a key without default. ${NAME} is an environment variable, ${NAME:-text} one with a default.',
    '{',
    ...printMembers(configSchema, '', '  '),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function printMembers(schema: z.ZodType, path: string, indent: string): readonly string[] {
  const shape = shapeOf(schema);
  if (shape.kind !== 'object') return [];
  return [...shape.members].flatMap(([key, member]) => {
    const own = path === '' ? key : `${path}.${key}`;
    return [`${indent}// ${member.description ?? ''}`, ...printMember(member, own, indent)];
  });
}

function printMember(member: z.ZodType, path: string, indent: string): readonly string[] {
  const key = printKey(path.slice(path.lastIndexOf('.') + 1), style);
  const shown = examples[path];
  const layout = { base: indent };
  if (shown !== undefined) return [`${indent}${key}: ${printJson5(shown, style, layout)},`];
  const sample = `${indent}// ${key}: ${printJson5(samples[path], style, 'inline')},`;
  if (samples[path] !== undefined) return [sample];
  if (shapeOf(member).kind === 'object')
    return [`${indent}${key}: {`, ...printMembers(member, path, `${indent}  `), `${indent}},`];
  const { data: fallback } = member.safeParse(undefined);
  if (fallback !== undefined) return [`${indent}${key}: ${printJson5(fallback, style, layout)},`];
  return [sample];
}
