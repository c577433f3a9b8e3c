import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { type ProviderChoice } from '@cuttle/providers';
import {
  findDefinitionFor,
  loginDefinitions,
  type Logins,
  readDefinition,
  LoginSettings,
  requireName,
  type SavedLogin,
  type TokenSource,
} from '@cuttle/providers/login';
import { settingsFault } from './settings-fault.ts';

interface LoginEntry {
  readonly id: string;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly login?: string | undefined;
}
/** Settings that stand for a key, or that name another place, which must not be told a token of this one. */
const keySettings = ['apiKey', 'apiKeys', 'authToken', 'accessKeyId', 'profile', 'baseUrl'];

/**
 * Where a provider's token comes from: the login that it names, or that of its kind where it has no key and no address of its own.
 * Undefined for all others.
 */
export function findTokenSource(entry: LoginEntry, logins: Logins): TokenSource | undefined {
  const { id, kind, settings, login } = entry;
  if (login !== undefined) {
    const named = requireLogin({ id, kind, login });
    return requireToken(logins.tokenSource(named), named.profile);
  }
  const definition = findDefinitionFor(kind);
  return definition && !hasOwnKey(settings)
    ? logins.tokenSource({ login: definition.id })
    : undefined;
}

/** What `providers.<id>.login` names. Throws `config.invalid` with its place. */
export function requireLogin({
  id,
  kind,
  login,
}: Pick<LoginEntry, 'id' | 'kind'> & { readonly login: string }): {
  readonly login: string;
  readonly profile: string;
} {
  const [first = '', second] = login.split('/', 2);
  try {
    if (second !== undefined)
      return { login: readDefinition(first).id, profile: requireName(second) };
    const definition = findDefinitionFor(kind);
    if (!definition)
      throw new CuttleError('login.unknown', `There is no login for the kind "${kind}".`);
    return { login: definition.id, profile: requireName(first) };
  } catch (error) {
    if (!isCuttleError(error)) throw error;
    const { message, hint } = error;
    throw new CuttleError('config.invalid', `providers.${id}.login: ${message}`, { hint });
  }
}

/** Throws `config.invalid` for a login that is none, or refuses its settings. */
export function requireLoginSettings(logins: Readonly<Record<string, unknown>>): void {
  for (const [id, stated] of Object.entries(logins)) {
    if (!loginDefinitions.some((one) => one.id === id))
      throw new CuttleError('config.invalid', `logins.${id}: there is no such login.`, {
        hint: `Logins: ${loginDefinitions.map((one) => one.id).join(', ')}.`,
      });
    const checked = LoginSettings.safeParse(stated);
    if (!checked.success) throw settingsFault(`logins.${id}`, checked.error);
  }
}

/** A login that was named is needed: without it a request goes nowhere. */
function requireToken(source: TokenSource, profile: string): TokenSource {
  const { login } = source;
  const absent = (): CuttleError =>
    new CuttleError('login.expired', `Nobody is logged in as "${profile}" with ${login}.`, {
      hint: `Log in: \`cuttle auth login ${login} --profile ${profile}\`.`,
    });
  return {
    login,
    async read(signal) {
      const token = await source.read(signal);
      if (!token) throw absent();
      return token;
    },
    renew: (refused, signal) => source.renew(refused, signal),
  };
}

/** Providers that can be used because somebody logged in, in the order of the logins. */
export function choicesOfLogins(saved: readonly SavedLogin[]): readonly ProviderChoice[] {
  return saved
    .filter(({ isDefault, state }) => isDefault && state !== 'over')
    .flatMap(({ login, profile, accountId }) => {
      const { kind, model, title } = loginDefinitions.find(({ id }) => id === login) ?? {};
      if (kind === undefined || model === undefined) return [];
      return [
        {
          kind,
          model,
          settings: {
            login: `${login}/${profile}`,
            ...(login === 'chatgpt' && accountId !== undefined && { chatgptAccountId: accountId }),
          },
          reason: `a login is saved: ${title}`,
        },
      ];
    });
}

/** With what is known of the saved login that it uses, if it uses one. */
export function withSaved<Entry extends LoginEntry>(
  entry: Entry,
  saved: readonly SavedLogin[],
): Entry & { readonly loginMark?: string } {
  const found = findSaved(entry, saved);
  if (!found) return entry;
  const { login, profile, accountId, savedAt } = found;
  const settings =
    login === 'chatgpt' && accountId !== undefined
      ? { chatgptAccountId: accountId, ...entry.settings }
      : entry.settings;
  return { ...entry, settings, loginMark: `${login}/${profile} ${savedAt}` };
}

function findSaved(
  { id, kind, login, settings }: LoginEntry,
  saved: readonly SavedLogin[],
): SavedLogin | undefined {
  if (login !== undefined) {
    const named = requireLogin({ id, kind, login });
    return saved.find((one) => one.login === named.login && one.profile === named.profile);
  }
  if (hasOwnKey(settings)) return undefined;
  const definition = findDefinitionFor(kind);
  return saved.find((one) => one.isDefault && one.login === definition?.id);
}

function hasOwnKey(settings: LoginEntry['settings']): boolean {
  return keySettings.some((name) => settings[name] !== undefined);
}
