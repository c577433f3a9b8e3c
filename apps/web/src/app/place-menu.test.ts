import { assert, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeMenu } from './place-menu.ts';

const window = { width: 390, height: 844 };
const menu = { width: 240, height: 300 };
const button = (left: number, top: number) => ({ left, top, right: left + 40, bottom: top + 40 });

describe('placeMenu', () => {
  it.each([
    ['below, from the left side of a button on the left', button(20, 10), { left: 20, top: 54 }],
    ['to the right side of a button on the right', button(340, 10), { left: 140, top: 54 }],
    ['above where there is no room below', button(20, 780), { left: 20, top: 476 }],
  ])('puts it %s', (_what, place, wanted) => {
    expect(placeMenu({ button: place, menu, window })).toEqual(wanted);
  });

  it('never lets it begin outside of the window', () => {
    const places = record({
      left: integer({ min: -50, max: 400 }),
      top: integer({ min: -50, max: 900 }),
    });
    assert(
      property(places, ({ left, top }) => {
        const place = placeMenu({ button: button(left, top), menu, window });
        expect(place.left).toBeGreaterThanOrEqual(8);
        expect(place.left + menu.width).toBeLessThanOrEqual(window.width);
        expect(place.top).toBeGreaterThanOrEqual(8);
        expect(place.top + menu.height).toBeLessThanOrEqual(window.height);
      }),
    );
  });
});
