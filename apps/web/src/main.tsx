import { createClient } from '@cuttle/client';
import { isCuttleError } from '@cuttle/core-types/errors';
import { render } from 'preact';
import { App } from './app/app.tsx';
import { createPage } from './app/page.ts';
import { keyFromHash } from './app/session-hash.ts';
import type { Frames } from './conversation/frames.ts';
import { createKeptText, type TextStorage } from './conversation/kept-text.ts';
import { describe } from './conversation/outbox.ts';
import { takeCode, tradeCode } from './login/login-code.ts';
import { LoginScreen } from './login/login-screen.tsx';
import { saveFile } from './sessions/save-file.ts';
import { createTheme } from './theme/theme.ts';

declare const PAGE_VERSION: string;

// The composition root of the page: everything of the browser is named here.
const root = document.getElementById('app') ?? document.body;
const settings = createKeptText(findStorage('localStorage'), 'cuttle.');
const theme = createTheme(document.documentElement, settings);
const life = new AbortController();
const browserFrames: Frames = {
  next(callback) {
    const frame = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(frame);
  },
  now: () => performance.now(),
};

await start();

async function start(): Promise<void> {
  const code = takeCode(window);
  if (code !== undefined) {
    try {
      await tradeCode(window.fetch.bind(window), code, life.signal);
    } catch (error) {
      // A browser that is known already needs no code: an old link only leads here.
      if (!(await isKnown())) {
        askForCode(describe(error));
        return;
      }
    }
  }
  openPage();
}

/** Whether this browser's cookie is good, asked by a connection that is closed again. */
async function isKnown(): Promise<boolean> {
  using client = createClient({ ...clientOptions(), reconnect: 'never' });
  try {
    await client.connect(life.signal);
    return true;
  } catch (error) {
    if (isCuttleError(error)) return false;
    throw error;
  }
}

function openPage(): void {
  const client = createClient(clientOptions());
  const page = createPage({
    client,
    fetch: window.fetch.bind(window),
    frames: browserFrames,
    now: () => Date.now(),
    newId: () => newId(),
    later(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    theme,
    saveFile: (name, text) => saveFile(window, name, text),
    drafts: createKeptText(findStorage('sessionStorage'), 'cuttle.draft.'),
    unsent: createKeptText(findStorage('sessionStorage'), 'cuttle.unsent.'),
    address: {
      hash: () => location.hash,
      put(hash) {
        if (location.hash !== hash) history.pushState(null, '', hash);
      },
    },
  });
  client.state.subscribe((state) => {
    if (state.status !== 'closed' || !isCuttleError(state.error)) return;
    if (!state.error.code.startsWith('access.')) return;
    page.close();
    askForCode(state.error.code === 'access.unauthenticated' ? undefined : describe(state.error));
  });
  window.addEventListener('hashchange', () => followHash(page), { signal: life.signal });
  window.addEventListener('popstate', () => followHash(page), { signal: life.signal });
  window.addEventListener('online', () => client.retryNow(), { signal: life.signal });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    client.retryNow();
    if (client.state.current.status === 'open') page.sessions.refresh();
  });
  render(<App page={page} loggedOut={() => location.reload()} />, root);
  // The state is known from `page.connection`; here only the attempt is begun.
  client.connect(life.signal).catch(() => undefined);
}

function askForCode(problem: string | undefined): void {
  const enter = async (code: string): Promise<void> => {
    await tradeCode(window.fetch.bind(window), code, life.signal);
    location.reload();
  };
  render(<LoginScreen problem={problem} enter={enter} describe={describe} />, root);
}

function followHash(page: ReturnType<typeof createPage>): void {
  const code = takeCode(window);
  if (code !== undefined) {
    // A new address was opened in a tab that is logged in: the code is spent, the page stays.
    tradeCode(window.fetch.bind(window), code, life.signal).catch(() => undefined);
    return;
  }
  const key = keyFromHash(location.hash);
  if (key !== undefined) page.open(key);
}

function clientOptions(): Parameters<typeof createClient>[0] {
  return {
    url: location.origin,
    client: { id: clientId(), version: PAGE_VERSION, platform: 'web', mode: 'webchat' },
  };
}

/** Names this browser in the gateway's logs; it opens nothing. */
function clientId(): string {
  const known = settings.find('client');
  if (known !== undefined) return known;
  const fresh = newId();
  settings.put('client', fresh);
  return fresh;
}

/** `randomUUID` is there only in secure contexts; a gateway in a home network is none. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function findStorage(name: 'localStorage' | 'sessionStorage'): TextStorage | undefined {
  try {
    return window[name];
  } catch (error) {
    // Forbidden by the browser's settings: the page remembers less.
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
