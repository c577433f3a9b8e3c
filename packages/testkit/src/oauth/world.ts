import { createHash, randomBytes } from 'node:crypto';

/** A program that is registered with the service. */
export interface OauthClient {
  readonly id: string;
  /** With one it must prove itself at the token endpoint. */
  readonly secret?: string;
  /** One on 127.0.0.1 without a port takes any port; every other is compared letter by letter. */
  readonly redirectUrls: readonly string[];
}

/** What is held, by the name that a broken rule has in `rejections`. */
export const oauthRules = {
  client: 'https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1',
  'redirect-uri': 'https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.3',
  'loopback-port': 'https://www.rfc-editor.org/rfc/rfc8252#section-7.3',
  'response-type': 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1',
  'pkce-needed': 'https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1',
  'pkce-verifier': 'https://www.rfc-editor.org/rfc/rfc7636#section-4.6',
  'code-once': 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2',
  'code-time': 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2',
  'grant-type': 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2',
  'refresh-once': 'https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2',
  'device-interval': 'https://www.rfc-editor.org/rfc/rfc8628#section-3.5',
  'device-code': 'https://www.rfc-editor.org/rfc/rfc8628#section-3.5',
  'subject-token': 'https://www.rfc-editor.org/rfc/rfc8693#section-2.1',
  bearer: 'https://www.rfc-editor.org/rfc/rfc6750#section-3.1',
} as const;
export type OauthRule = keyof typeof oauthRules;

export interface Code {
  readonly clientId: string;
  readonly redirectUrl: string;
  readonly challenge: string;
  readonly expiresAt: number;
  readonly scope: string;
  /** The tokens that were given for it. */
  family: string | undefined;
}
export interface Device {
  readonly clientId: string;
  readonly userCode: string;
  readonly expiresAt: number;
  intervalMs: number;
  askedAt: number | undefined;
  decision: 'pending' | 'approved' | 'denied' | 'spent';
}
export interface Token {
  readonly kind: 'access' | 'refresh' | 'id' | 'key' | 'session';
  readonly clientId: string;
  /** What came from one login ends together. */
  readonly family: string;
  readonly expiresAt: number | undefined;
  spent: boolean;
}

/** What the service knows. */
export interface World {
  readonly clients: ReadonlyMap<string, OauthClient>;
  readonly codes: Map<string, Code>;
  readonly devices: Map<string, Device>;
  readonly tokens: Map<string, Token>;
  readonly ended: Set<string>;
  readonly rejections: { readonly rule: OauthRule; readonly message: string }[];
  readonly now: () => number;
  readonly account: { readonly email: string; readonly accountId: string };
  readonly lifetime: {
    readonly accessMs: number;
    readonly codeMs: number;
    readonly deviceMs: number;
  };
  readonly intervalMs: number;
  origin: string;
}

/** A refusal in the words of RFC 6749. */
export class OauthRefusal extends Error {
  override readonly name = 'OauthRefusal';
  readonly error: string;
  readonly rule: OauthRule | undefined;
  readonly status: number;
  constructor(
    error: string,
    message: string,
    { rule, status = 400 }: { readonly rule?: OauthRule; readonly status?: number } = {},
  ) {
    super(message);
    this.error = error;
    this.rule = rule;
    this.status = status;
  }
}

export function createToken(
  world: World,
  token: Pick<Token, 'kind' | 'clientId' | 'family'> & { readonly lifeMs?: number | undefined },
): string {
  const { kind, clientId, family, lifeMs } = token;
  const text = kind === 'id' ? idToken(world) : `${prefixes[kind]}${nonce()}`;
  const expiresAt = lifeMs === undefined ? undefined : world.now() + lifeMs;
  world.tokens.set(text, { kind, clientId, family, expiresAt, spent: false });
  return text;
}

const prefixes = { access: 'at-', refresh: 'rt-', key: 'sk-or-', session: 'tid=', id: '' } as const;

/** Nobody checks the signature: clients get it from the token endpoint itself. */
function idToken({ account, now }: World): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'https://oauth.test',
    iat: Math.floor(now() / 1000),
    jti: nonce(),
    email: account.email,
    'https://api.openai.com/auth': { chatgpt_account_id: account.accountId },
  };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${nonce()}`;
}

export function nonce(): string {
  return randomBytes(24).toString('base64url');
}

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** Whether a request with that token is let in. */
export function isGood(world: World, text: string, kinds: readonly Token['kind'][]): boolean {
  const token = world.tokens.get(text);
  if (!token || token.spent || world.ended.has(token.family) || !kinds.includes(token.kind))
    return false;
  return token.expiresAt === undefined || token.expiresAt > world.now();
}
