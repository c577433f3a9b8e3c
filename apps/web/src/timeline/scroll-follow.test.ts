import { describe, expect, it } from 'vitest';
import { createScrollFollow, type ScrollBox } from './scroll-follow.ts';

const box = (scrollTop: number, scrollHeight = 1000): ScrollBox => ({
  scrollTop,
  scrollHeight,
  clientHeight: 400,
});

describe('createScrollFollow', () => {
  it('keeps the newest in view while the reader is at the end', () => {
    const follow = createScrollFollow();
    expect(follow.resized(box(600, 1100))).toBe(700);
  });

  it('lets go as soon as the reader scrolls up, and takes hold again at the end', () => {
    const follow = createScrollFollow();
    follow.resized(box(600));
    follow.scrolled(box(560));
    expect(follow.following).toBe(false);
    expect(follow.resized(box(560, 1200))).toBeUndefined();
    follow.scrolled(box(700, 1200));
    expect(follow.following).toBe(false);
    follow.scrolled(box(790, 1200));
    expect(follow.following).toBe(true);
  });

  it('does not take growing content for scrolling up', () => {
    const follow = createScrollFollow();
    follow.resized(box(600));
    follow.scrolled(box(600, 1400));
    expect(follow.following).toBe(true);
  });

  it('keeps what is read in place when earlier turns come above it', () => {
    const follow = createScrollFollow();
    follow.scrolled(box(0));
    expect(follow.prepended(box(10, 1000), box(10, 2500))).toBe(1510);
  });

  it('lets go for something found further up, and holds on when asked', () => {
    const follow = createScrollFollow();
    follow.release();
    expect(follow.following).toBe(false);
    follow.hold();
    expect(follow.following).toBe(true);
  });
});
