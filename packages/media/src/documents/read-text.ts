/** Text as its first character says it is written, else UTF-8. What cannot be read becomes U+FFFD. https://encoding.spec.whatwg.org/#bom-sniff */
export function readText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const wide = first === 0xff && second === 0xfe ? 'utf-16le' : undefined;
  const encoding = first === 0xfe && second === 0xff ? 'utf-16be' : (wide ?? 'utf-8');
  return new TextDecoder(encoding).decode(bytes).replaceAll('\r\n', '\n').replaceAll('\0', '');
}
