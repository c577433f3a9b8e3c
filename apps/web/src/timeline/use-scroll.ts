import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conversation } from '../conversation/conversation.ts';
import {
  createScrollFollow,
  distanceToEnd,
  type ScrollBox,
  type ScrollFollow,
} from './scroll-follow.ts';

export interface Scroll {
  /** The reader has left the end. */
  readonly away: boolean;
  readonly onScroll: () => void;
  readonly loadEarlier: () => void;
  readonly jump: () => void;
  /** Something further up is shown now: do not scroll to the end. */
  readonly letGo: () => void;
}

export interface ScrollParts {
  readonly box: RefObject<HTMLElement | null>;
  readonly content: RefObject<HTMLElement | null>;
  readonly conversation: Conversation;
}

/** Nearer than this to the top, earlier messages are asked for. In CSS pixels. */
const topSlack = 300;

/** Keeps the newest words in view unless the reader scrolled up, and what is read in place when earlier turns come. */
export function useScroll({ box, content, conversation }: ScrollParts): Scroll {
  const follow = useRef(createScrollFollow());
  const loading = useRef(false);
  const before = useRef<ScrollBox | undefined>(undefined);
  const [away, setAway] = useState(false);
  const first = conversation.session.value.entries[0]?.seq;

  useEffect(() => {
    const element = box.current;
    if (!element || !content.current) return undefined;
    const stick = (): void => {
      const top = follow.current.resized(element);
      if (top !== undefined) element.scrollTop = top;
      setAway(isAway(follow.current, element));
    };
    const observer = new ResizeObserver(stick);
    observer.observe(element);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, [box, content]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element && before.current && !follow.current.following)
      element.scrollTop = follow.current.prepended(before.current, element);
    before.current = undefined;
  }, [first, box]);

  const load = async (element: HTMLElement): Promise<void> => {
    await conversation.loadEarlier();
    // The turns are drawn after this; their effect compares with the box as it is now.
    before.current = sizesOf(element);
  };
  const loadEarlier = (): void => {
    const element = box.current;
    if (!element || loading.current) return;
    loading.current = true;
    load(element)
      .catch(() => undefined) // the button stays, and the next scroll tries again
      .finally(() => {
        loading.current = false;
      });
  };
  return {
    away,
    onScroll() {
      const element = box.current;
      if (!element) return;
      follow.current.scrolled(element);
      setAway(isAway(follow.current, element));
      const hasMore = conversation.session.value.before !== undefined;
      if (hasMore && element.scrollTop < topSlack && !follow.current.following) loadEarlier();
    },
    loadEarlier,
    jump() {
      follow.current.hold();
      setAway(false);
      const element = box.current;
      if (element) element.scrollTop = element.scrollHeight;
    },
    letGo: () => follow.current.release(),
  };
}

function isAway({ following }: ScrollFollow, box: ScrollBox): boolean {
  return !following && distanceToEnd(box) > 1;
}

function sizesOf({ scrollTop, scrollHeight, clientHeight }: ScrollBox): ScrollBox {
  return { scrollTop, scrollHeight, clientHeight };
}
