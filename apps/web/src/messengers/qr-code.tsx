import type { JSX } from 'preact';
import { encode } from 'uqr';

/** Free modules around a code, so that it is found. https://www.qrcode.com/en/howto/code.html */
const quiet = 4;

/** A QR code, dark on light in every theme, as cameras want it. */
export function QrCode({
  text,
  label,
}: {
  readonly text: string;
  readonly label: string;
}): JSX.Element {
  const { data, size } = encode(text, { ecc: 'L', border: 0 });
  const edge = size + 2 * quiet;
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + quiet} ${y + quiet}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${edge} ${edge}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect class="qr-paper" width={edge} height={edge} />
      <path class="qr-ink" d={path} />
    </svg>
  );
}
