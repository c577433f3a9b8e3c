/** When to draw next. Browsers: `requestAnimationFrame`. */
export interface Frames {
  /** Calls once, before the next frame. Returns how to cancel. */
  next(callback: () => void): () => void;
  /** Milliseconds that only go up. */
  now(): number;
}

/** Draws at most once a frame, and less often where drawing is slow, so that the page answers its reader first. */
export interface Pacer {
  /** Something changed: draw soon. */
  ask(): void;
  stop(): void;
}

/** Of the time of the page, drawing takes at most one part in this many. */
const restPerDraw = 3;

/** `draw` resolves when what it changed is on the page. */
export function createPacer(frames: Frames, draw: () => Promise<void>): Pacer {
  let cancel: (() => void) | undefined;
  let restUntil = 0;
  const onFrame = (): void => {
    cancel = undefined;
    const start = frames.now();
    if (start < restUntil) {
      cancel = frames.next(onFrame);
      return;
    }
    const rest = (): void => {
      const end = frames.now();
      restUntil = end + (end - start) * restPerDraw;
    };
    // A draw that fails is reported by who drew; the pace is kept all the same.
    draw().then(rest, rest);
  };
  return {
    ask() {
      cancel ??= frames.next(onFrame);
    },
    stop() {
      cancel?.();
    },
  };
}
