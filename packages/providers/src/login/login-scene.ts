import { manualClock } from '@cuttle/testkit';
import type { OauthServer } from '@cuttle/testkit/oauth';
import type { LoginFiles } from './login-files.ts';
import type { Login } from './login.ts';
import { readDefinition, toLogin } from './login.ts';
import type { LoginPerson } from './run-login.ts';

export const random = (bytes: Uint8Array): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(bytes.length));

/** Stands still: nobody waits for a time limit. */
export const stillClock = manualClock();

/** A shipped login that is done with the test's server. */
export function loginAt(
  server: OauthServer,
  id: string,
  settings: Readonly<Record<string, unknown>> = {},
): Login {
  return toLogin(readDefinition(id), settingsAt(server, id, settings));
}

export function settingsAt(
  server: OauthServer,
  id: string,
  settings: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    clientId: 'test-client',
    authorizeUrl: id === 'openrouter' ? server.keyPageUrl : server.authorizeUrl,
    tokenUrl: id === 'openrouter' ? server.keysUrl : server.tokenUrl,
    deviceUrl: server.deviceUrl,
    exchangeUrl: id === 'openai' ? server.tokenUrl : server.copilotUrl,
    ...(['openai', 'chatgpt', 'discord'].includes(id) && {
      redirectUrl: 'http://127.0.0.1:4100/callback',
    }),
    ...(id === 'anthropic' && { redirectUrl: server.codePageUrl }),
    ...settings,
  };
}

/** Logs in at once: opens the page as a browser does and brings back where it ended. */
export function quickPerson({
  listens = true,
  typed,
}: {
  readonly listens?: boolean;
  readonly typed?: (url: URL) => string;
} = {}): LoginPerson & { readonly shown: { readonly url: string; readonly code?: string }[] } {
  const shown: { readonly url: string; readonly code?: string }[] = [];
  const answered = async (): Promise<URL> => {
    const page = await fetch(shown.at(-1)?.url ?? '', { redirect: 'manual' });
    const location = page.headers.get('location');
    if (location === null) throw new TypeError(`The page ended with ${page.status}.`);
    return new URL(location);
  };
  return {
    shown,
    async listen({ host, port, path }) {
      if (!listens) return undefined;
      return {
        url: `http://${host}:${port || 4000}${path}`,
        next: answered,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async show(page) {
      shown.push(page);
    },
    async paste() {
      const url = await answered();
      return typed?.(url) ?? url.href;
    },
  };
}

/** Files in memory, with a lock per name. */
export function memoryFiles(): LoginFiles & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  const held = new Map<string, Promise<unknown>>();
  return {
    texts,
    read: async (name) => texts.get(name),
    async put(name, text) {
      texts.set(name, text);
    },
    async remove(name) {
      texts.delete(name);
    },
    list: async () => [...texts.keys()],
    withLock(name, work) {
      const before = held.get(name) ?? Promise.resolve();
      const mine = before.then(work, work);
      held.set(
        name,
        mine.catch(() => undefined),
      );
      return mine;
    },
  };
}
