import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import type { LoginDefinition, LoopbackRedirect } from './login-definition.ts';
import { loginDefinitions } from './login-definitions.ts';

const address = z.url({ protocol: /^https?$/ }).refine(isGuarded, {
  message: 'Must begin with https://; http:// is for this machine only.',
});

/** What may be set for a login, under `logins.<id>` of the configuration. */
export const LoginSettings = z.looseObject({
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  authorizeUrl: address.optional(),
  deviceUrl: address.optional(),
  tokenUrl: address.optional(),
  exchangeUrl: address.optional(),
  /** For `browser` an address on this machine, port 0 for any; for `paste` the page that shows the code. */
  redirectUrl: address.optional(),
  scopes: z.array(z.string()).optional(),
});
export type LoginSettings = z.output<typeof LoginSettings>;

/** A definition with what its owner set: ready to be used. */
export interface Login extends Omit<LoginDefinition, 'clientId'> {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

/** Throws `login.unknown` for an id that is none. */
export function readDefinition(id: string): LoginDefinition {
  const definition = loginDefinitions.find((one) => one.id === id);
  if (definition) return definition;
  const ids = loginDefinitions.map((one) => one.id).join(', ');
  throw new CuttleError('login.unknown', `There is no login "${id.slice(0, 100)}".`, {
    hint: `Logins: ${ids}.`,
  });
}

/** The login of that kind of provider; undefined where it has none. */
export function findDefinitionFor(kind: string): LoginDefinition | undefined {
  return loginDefinitions.find((one) => one.kind === kind);
}

/** Throws `login.unset` for settings that are wrong, or that it cannot do without. */
export function toLogin(definition: LoginDefinition, stated: unknown): Login {
  const parsed = LoginSettings.safeParse(stated ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = ['logins', definition.id, ...(issue?.path ?? [])].join('.');
    throw new CuttleError('login.unset', `${place}: ${issue?.message ?? 'wrong'}`);
  }
  const { clientId, clientSecret, redirectUrl, scopes, ...addresses } = parsed.data;
  if (definition.clientId === 'needed' && clientId === undefined) throw withoutId(definition);
  const known = Object.fromEntries(
    (['authorizeUrl', 'deviceUrl', 'tokenUrl', 'exchangeUrl'] as const)
      .filter((name) => addresses[name] !== undefined)
      .map((name) => [name, addresses[name]]),
  );
  return {
    ...definition,
    ...known,
    ...(redirectUrl !== undefined && redirectOf(definition, redirectUrl)),
    scopes: scopes ?? definition.scopes,
    clientId,
    clientSecret,
  };
}

function withoutId({ id, title }: LoginDefinition): CuttleError {
  return new CuttleError(
    'login.unset',
    `${title} knows programs by an id, and none is set for this gateway.`,
    {
      hint: `Register a program there and set logins.${id}.clientId; docs/logins.md says how.`,
      details: { login: id },
    },
  );
}

function redirectOf({ id, flow }: LoginDefinition, text: string): Partial<LoginDefinition> {
  if (flow !== 'browser') return { redirectUrl: text };
  const { hostname, port, pathname, protocol } = new URL(text);
  if (protocol !== 'http:' || (hostname !== '127.0.0.1' && hostname !== 'localhost'))
    throw new CuttleError(
      'login.unset',
      `logins.${id}.redirectUrl: the browser comes back to http://127.0.0.1 or http://localhost.`,
    );
  const redirect: LoopbackRedirect = { host: hostname, port: Number(port || 80), path: pathname };
  return { redirect };
}

/** Keys do not travel in the clear, but on this machine. https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.1 */
export function isGuarded(text: string): boolean {
  const { protocol, hostname } = URL.parse(text) ?? {};
  if (protocol === 'https:') return true;
  return protocol === 'http:' && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname ?? '');
}
