import { encode } from 'uqr';
import type { Paint } from '../paint.ts';

/** Free modules around a code, so that it is found. https://www.qrcode.com/en/howto/code.html */
const quiet = 3;

/**
 * A QR code as lines of half blocks, two modules high each. With colours it is dark on light whatever the terminal's own are;
 * without, what is light is drawn, as on a dark terminal.
 */
export function toQrLines(text: string, paint: Paint): readonly string[] {
  const { data, size } = encode(text, { ecc: 'L', border: 0 });
  const isDark = (row: number, column: number): boolean => data[row]?.[column] === true;
  const isPainted = paint('paper', ' ') !== ' ';
  const lines: string[] = [];
  for (let row = -quiet; row < size + quiet; row += 2) {
    let line = '';
    for (let column = -quiet; column < size + quiet; column += 1) {
      const above = isDark(row, column) === isPainted;
      const below = isDark(row + 1, column) === isPainted;
      line += halves[above ? 'drawn' : 'free'][below ? 'drawn' : 'free'];
    }
    lines.push(paint('paper', line));
  }
  return lines;
}

const halves = {
  drawn: { drawn: '█', free: '▀' },
  free: { drawn: '▄', free: ' ' },
} as const;
