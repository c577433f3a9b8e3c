export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface MenuSpace {
  /** The button it belongs to, in the window. */
  readonly button: Box;
  readonly menu: { readonly width: number; readonly height: number };
  readonly window: { readonly width: number; readonly height: number };
}

/** Room that is kept to the edges of the window, and between a button and its menu, in pixels. */
const [edge, gap] = [8, 4];

/** Where a menu goes: below its button, or above it where there is more room; along the side of the button that is nearer to the window's edge; never out of the window. */
export function placeMenu({ button, menu, window }: MenuSpace): { left: number; top: number } {
  const below = button.bottom + gap;
  const above = button.top - gap - menu.height;
  const fitsBelow = below + menu.height <= window.height - edge;
  const top = fitsBelow || above < edge ? below : above;
  const isLeft = button.left + button.right < window.width;
  const left = isLeft ? button.left : button.right - menu.width;
  return {
    left: clamp(left, window.width - menu.width - edge),
    top: clamp(top, window.height - menu.height - edge),
  };
}

function clamp(value: number, most: number): number {
  return Math.max(edge, Math.min(value, most));
}
