import {
  createHash,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';

/** What a mac is made of; the order and the number of them are part of it. */
export type SealedPart = string | number | null | undefined;

/** Makes and checks the macs of records. Contract: no two different lists of parts have the same text. */
export interface RecordSeal {
  sign(parts: readonly SealedPart[]): string;
  /** `unknown-key`: made with a key that this home does not hold. */
  check(mac: string, parts: readonly SealedPart[]): 'whole' | 'changed' | 'unknown-key';
}

/** Keys in base64url, the oldest first: the last one signs, each of them checks what it signed. Undefined without a key. */
export function createRecordSeal(keys: readonly string[] = []): RecordSeal | undefined {
  const known = new Map(keys.map(toKey));
  const [signer] = [...known].slice(-1);
  if (!signer) return undefined;
  return {
    sign: (parts) => `${signer[0]}.${macOf(signer[1], parts)}`,
    check(mac, parts) {
      const dot = mac.indexOf('.');
      const key = known.get(mac.slice(0, dot));
      if (!key) return 'unknown-key';
      return isEqual(mac.slice(dot + 1), macOf(key, parts)) ? 'whole' : 'changed';
    },
  };
}

/** A key and the short name that its macs carry. */
function toKey(text: string): [string, KeyObject] {
  const bytes = Buffer.from(text, 'base64url');
  const name = createHash('sha256').update('cuttle records').update(bytes).digest('base64url');
  return [name.slice(0, 6), createSecretKey(bytes)];
}

function macOf(key: KeyObject, parts: readonly SealedPart[]): string {
  return createHmac('sha256', key).update(toCanonical(parts)).digest('base64url');
}

/** Each part with its length, so that nothing can move from one to the next. */
function toCanonical(parts: readonly SealedPart[]): string {
  let text = '';
  for (const part of parts) {
    if (part === null || part === undefined) {
      text += '-;';
      continue;
    }
    const words = String(part);
    text += `${words.length}:${words};`;
  }
  return text;
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
