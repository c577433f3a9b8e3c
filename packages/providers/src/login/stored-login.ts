import { z } from 'zod';

/** What was exchanged for the access token, and is sent in its place. */
const Session = z.object({
  token: z.string().min(1),
  expiresAt: z.number().optional(),
  /** Where this account's models answer, if the service says so. */
  baseUrl: z.string().optional(),
});

/** One account that somebody logged in with. Times are milliseconds since 1970. */
export const StoredLogin = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).optional(),
  /** Missing for what lasts until it is revoked. */
  expiresAt: z.number().optional(),
  session: Session.optional(),
  /** Names the account for a person. */
  account: z.string().optional(),
  /** The account of a subscription, where requests must name it. */
  accountId: z.string().optional(),
  savedAt: z.number(),
});
export type StoredLogin = z.output<typeof StoredLogin>;

/** All accounts of one login, and which is used where none is named. */
export const LoginBook = z.object({
  version: z.literal(1),
  default: z.string(),
  profiles: z.record(z.string(), StoredLogin),
});
export type LoginBook = z.output<typeof LoginBook>;

/** Renewed so long before its end. */
export const earlyMs = 300_000;

/** What is sent to the models, and how long it is good for. */
export function presented({ session, accessToken, expiresAt }: StoredLogin): {
  readonly token: string;
  readonly expiresAt: number | undefined;
} {
  return session
    ? { token: session.token, expiresAt: session.expiresAt }
    : { token: accessToken, expiresAt };
}

export function isDue(stored: StoredLogin, now: number): boolean {
  const { expiresAt } = presented(stored);
  return expiresAt !== undefined && expiresAt - earlyMs <= now;
}

/** Every text in it that must never be shown. */
export function secretsOfLogin({ accessToken, refreshToken, session }: StoredLogin): string[] {
  return [accessToken, refreshToken, session?.token].filter((secret) => secret !== undefined);
}
