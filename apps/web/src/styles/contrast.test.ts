import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

/** The two colours of a token, light and dark, as sRGB bytes. */
function coloursOf(token: string): readonly [readonly number[], readonly number[]] {
  const match = new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
  const bytes = (hex = ''): readonly number[] =>
    [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return [bytes(match?.[1]), bytes(match?.[2])];
}

// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
function luminance(bytes: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = bytes.map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

const grounds = ['bg', 'surface', 'sunken', 'hover'];
const inks = ['ink', 'ink-soft', 'ink-faint', 'accent', 'danger'];
const onGrounds = inks.flatMap((ink) => grounds.map((ground) => [ink, ground] as const));
const pairs = [
  ...onGrounds,
  ['ink', 'bubble'],
  ['ink', 'accent-soft'],
  ['ink', 'mark'],
  ['ink-soft', 'accent-soft'],
  ['ink', 'warn-soft'],
  ['warn', 'warn-soft'],
  ['danger', 'danger-soft'],
  ['ink-soft', 'danger-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['hl-comment', 'sunken'],
  ['hl-string', 'sunken'],
  ['hl-number', 'sunken'],
  ['hl-keyword', 'sunken'],
] as const;

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('the %s theme', (_name, theme) => {
  it.each(pairs)('keeps %s readable on %s', (ink, ground) => {
    // https://www.w3.org/TR/WCAG22/#contrast-minimum
    expect(contrast(coloursOf(ink)[theme], coloursOf(ground)[theme])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(grounds)('shows the edge of a field and the focus on %s', (ground) => {
    // https://www.w3.org/TR/WCAG22/#non-text-contrast
    for (const edge of ['line-strong', 'accent'])
      expect(contrast(coloursOf(edge)[theme], coloursOf(ground)[theme])).toBeGreaterThanOrEqual(3);
  });
});
