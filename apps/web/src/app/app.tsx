import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Announcer } from './announcer.tsx';
import { Composer, composerId } from '../composer/composer.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { Icon } from './icon.tsx';
import { MemoryDialog } from '../memory/memory-dialog.tsx';
import { MessengersDialog } from '../messengers/messengers-dialog.tsx';
import { ModelHint } from './model-hint.tsx';
import type { Page } from './page.ts';
import { ProblemLine } from './problem-line.tsx';
import { SessionPanel } from '../sessions/session-panel.tsx';
import { sessionMenuId } from '../sessions/session-title-bar.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { TopBar } from './top-bar.tsx';
import { UsageDialog } from '../usage/usage-dialog.tsx';

export interface AppProps {
  readonly page: Page;
  /** Called after this browser was logged out. */
  readonly loggedOut: () => void;
}

export function App({ page, loggedOut }: AppProps): JSX.Element {
  const isNarrow = useMedia('(max-width: 820px)');
  const conversation = page.current.conversation.value;
  const sessionKey = conversation?.sessionKey;
  useShortcuts(page);
  useTitle(page);
  useEffect(() => {
    // A phone would cover half of the page with its keyboard.
    if (!isNarrow) focusComposer();
  }, [sessionKey, isNarrow]);
  const leave = (): void => {
    page.logOut().then(loggedOut, loggedOut);
  };
  return (
    <div class="app">
      <a
        class="skip"
        href={`#${composerId}`}
        onClick={(event) => {
          // The fragment names the open session, so the link does not use it.
          event.preventDefault();
          focusComposer();
        }}
      >
        Skip to the message box
      </a>
      <SessionPanel page={page} reachable={isNarrow ? 'when open' : 'always'} />
      {isNarrow && page.drawer.value === 'open' && (
        <div
          class="scrim"
          onClick={() => {
            page.drawer.value = 'closed';
          }}
        />
      )}
      <Dialogs page={page} />
      <main class="main" inert={isNarrow && page.drawer.value === 'open'}>
        <TopBar page={page} leave={leave} />
        <ConnectionBar page={page} />
        <ModelHint page={page} />
        {conversation ? (
          <>
            <Timeline key={`t ${sessionKey}`} page={page} conversation={conversation} />
            <Notice page={page} />
            <Problem page={page} />
            <Composer key={`c ${sessionKey}`} page={page} conversation={conversation} />
            <Announcer key={`a ${sessionKey}`} conversation={conversation} />
          </>
        ) : (
          <div class="timeline-frame" />
        )}
      </main>
    </div>
  );
}

function Problem({ page }: { readonly page: Page }): JSX.Element {
  return (
    <ProblemLine problem={page.current.conversation.value?.problem.value ?? page.problem.value} />
  );
}

function Dialogs({ page }: { readonly page: Page }): JSX.Element {
  const { question, usage, memory, messengers } = page;
  const close = (): void => {
    question.value = undefined;
    giveFocus();
  };
  return (
    <>
      <UsageDialog view={usage} />
      <MemoryDialog view={memory} />
      <MessengersDialog view={messengers} />
      {question.value && <ConfirmDialog question={question.value} close={close} />}
    </>
  );
}

/** What was done, where it does not show by itself. */
function Notice({ page }: { readonly page: Page }): JSX.Element {
  const { notice } = page;
  return (
    <div role="status" class="notice-place">
      {notice.value !== undefined && (
        <p class="notice">
          <span dir="auto">{notice.value}</span>
          <button
            type="button"
            class="ghost round"
            aria-label="Hide this"
            onClick={() => {
              notice.value = undefined;
            }}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
    </div>
  );
}

/** Where what had the focus is gone, it goes to where one writes or, in front of that, searches. */
function giveFocus(): void {
  if (document.activeElement !== document.body) return;
  focusComposer();
  if (document.activeElement === document.body) document.getElementById('search')?.focus();
}

function focusComposer(): void {
  document.getElementById(composerId)?.focus();
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const onChange = (): void => setMatches(list.matches);
    list.addEventListener('change', onChange);
    return () => list.removeEventListener('change', onChange);
  }, [query]);
  return matches;
}

/** Escape closes what is open or stops the answer; Ctrl or Cmd with K searches, with the full stop it opens the menu of the session. Menus and fields that use a key keep it to themselves. */
function useShortcuts(page: Page): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // A dialog has its own keys.
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      if (event.key === 'Escape') leaveOff(page);
      if (!event.ctrlKey && !event.metaKey) return;
      const key = event.key.toLowerCase();
      if (key !== 'k' && key !== '.') return;
      event.preventDefault();
      if (key === '.') document.getElementById(sessionMenuId)?.click();
      else search(page);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [page]);
}

function leaveOff({ drawer, current }: Page): void {
  if (drawer.value === 'open') drawer.value = 'closed';
  else if (current.conversation.value?.busy.value === true) current.conversation.value.stop();
}

function search({ drawer }: Page): void {
  drawer.value = 'open';
  document.getElementById('search')?.focus();
}

function useTitle(page: Page): void {
  const { title } = page.current.facts.value;
  const busy = page.current.conversation.value?.busy.value === true;
  useEffect(() => {
    document.title = `${busy ? '… ' : ''}${title} – Cuttle`;
  }, [title, busy]);
}
