/** What a scrolling box tells of itself, in CSS pixels. */
export interface ScrollBox {
  readonly scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/**
 * Whether the newest words are kept in view. They are while the reader is at the end; scrolling up lets go at once, and coming back to the end takes hold again.
 */
export interface ScrollFollow {
  readonly following: boolean;
  /** The box was scrolled, by the reader or by us. */
  scrolled(box: ScrollBox): void;
  /** The content or the box changed its size: where to scroll to, if anywhere. */
  resized(box: ScrollBox): number | undefined;
  /** Earlier turns were put above what is read: where to scroll to, so that nothing moves under the reader. */
  prepended(before: ScrollBox, after: ScrollBox): number;
  /** The reader wants to see the newest. */
  hold(): void;
  /** The reader was brought to something further up. */
  release(): void;
}

/** Nearer than this to the end is at the end: fractions of pixels and a nudge of the wheel do not let go. */
const slack = 24;

export function createScrollFollow(): ScrollFollow {
  let following = true;
  let lastTop = 0;
  return {
    get following() {
      return following;
    },
    scrolled(box) {
      const movedUp = box.scrollTop < lastTop - 1;
      lastTop = box.scrollTop;
      if (distanceToEnd(box) <= slack) following = true;
      else if (movedUp) following = false;
    },
    resized(box) {
      if (!following) return undefined;
      lastTop = box.scrollHeight - box.clientHeight;
      return lastTop;
    },
    prepended(before, after) {
      lastTop = before.scrollTop + (after.scrollHeight - before.scrollHeight);
      return lastTop;
    },
    hold() {
      following = true;
    },
    release() {
      following = false;
    },
  };
}

/** In CSS pixels. */
export function distanceToEnd({ scrollTop, scrollHeight, clientHeight }: ScrollBox): number {
  return scrollHeight - clientHeight - scrollTop;
}
