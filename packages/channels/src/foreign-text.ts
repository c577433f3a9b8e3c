/** Stores take neither lone surrogates nor NUL. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', ' ');
}

/** FNV-1a, 32 bits: tells two texts apart, proves nothing. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function shortHash(text: string): string {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  return (hash >>> 0).toString(36);
}
