import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Conversation } from '../conversation/conversation.ts';
import type { Page } from '../app/page.ts';
import { reveal } from './reveal-turn.ts';

/** So many pages are loaded to reach a message that a search found; it is further up than anyone scrolls. */
const maxPages = 40;

/** Brings the message a search found into view, loading the history down to it. */
export function useFoundTurn(parts: {
  readonly page: Page;
  readonly conversation: Conversation;
  readonly box: RefObject<HTMLElement | null>;
  readonly letGo: () => void;
}): void {
  const { page, conversation, box, letGo } = parts;
  const wanted = page.current.found.value;
  const { phase } = conversation.session.value;
  useEffect(() => {
    if (wanted === undefined || phase !== 'live') return;
    page.current.found.value = undefined;
    const show = async (): Promise<void> => {
      for (let pages = 0; pages < maxPages; pages += 1) {
        const { entries, before } = conversation.session.value;
        if ((entries[0]?.seq ?? 0) <= wanted.seq || before === undefined) break;
        await conversation.loadEarlier();
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      letGo();
      if (!hasEntry(conversation, wanted.seq) || !reveal(box.current, wanted))
        page.notice.value =
          'This message is no longer shown: it was left out by a rewind, or is too far up.';
    };
    // Not reached is not lost: the session is open, at its end.
    show().catch(() => undefined);
  }, [wanted, phase]);
}

function hasEntry({ session }: Conversation, seq: number): boolean {
  return session.value.entries.some((entry) => entry.seq === seq);
}
