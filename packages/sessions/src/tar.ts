const block = 512;

/**
 * One file of a tar archive, with the blocks around it. A long name is said in an extended header.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export function* toTarFile(name: string, bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  const encoded = new TextEncoder().encode(name);
  if (encoded.length > 100) {
    const record = toRecord('path', name);
    yield header('pax', record.length, 'x');
    yield padded(record);
  }
  yield header(encoded.length > 100 ? 'long-name' : name, bytes.length, '0');
  yield padded(bytes);
}

/** What ends an archive. */
export function tarEnd(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(2 * block);
}

/** `<length> path=<name>\n`, where the length counts itself. */
function toRecord(key: string, value: string): Uint8Array {
  const tail = new TextEncoder().encode(` ${key}=${value}\n`);
  let length = tail.length;
  while (String(length).length + tail.length !== length)
    length = String(length).length + tail.length;
  return new TextEncoder().encode(`${length} ${key}=${value}\n`);
}

function header(name: string, size: number, type: '0' | 'x'): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(block);
  const put = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number): string =>
    `${value.toString(8).padStart(digits, '0')}\0`;
  put(0, name);
  put(100, octal(0o600, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(size, 11));
  put(136, octal(0, 11));
  put(148, ' '.repeat(8));
  put(156, type);
  put(257, 'ustar\u000000');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytes;
}

function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(Math.ceil(bytes.length / block) * block);
  whole.set(bytes);
  return whole;
}
