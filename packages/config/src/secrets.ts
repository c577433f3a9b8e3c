import type { Json } from '@cuttle/core-types';

/** Stands where a secret was. A change that writes it back is refused. */
export const redactedMark = '[redacted]';

const secretName = /(?:key|token|secret|password|passphrase|credential|authorization|cookie)s?$/i;
/** Names that end like a secret's and are none. */
const plainName = /^(?:sessionKey|publicKey|idempotencyKey)$/i;

/** A configuration as it may be shown: texts under names of secrets, and passwords in addresses, are taken out. */
export function redactConfig(value: unknown): Json {
  return redact(value, 'plain');
}

/** The texts that must never be shown anywhere. */
export function secretsOf(value: unknown): readonly string[] {
  const found = new Set<string>();
  const look = (here: unknown, kind: 'plain' | 'secret'): void => {
    if (typeof here === 'string') {
      if (kind === 'secret' && here !== '') found.add(here);
      const password = passwordIn(here);
      if (password !== undefined) found.add(password);
    } else if (typeof here === 'object' && here !== null)
      for (const [key, member] of Object.entries(here)) look(member, kindOf(key, here, kind));
  };
  look(value, 'plain');
  return [...found];
}

function redact(value: unknown, kind: 'plain' | 'secret'): Json {
  if (Array.isArray(value)) return value.map((item) => redact(item, kind));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [key, redact(member, kindOf(key, value, kind))]),
    );
  if (typeof value === 'string') {
    if (kind === 'secret' && value !== '') return redactedMark;
    const password = passwordIn(value);
    return password === undefined ? value : value.replace(`:${password}@`, `:${redactedMark}@`);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** A list has the kind of its name; everything below a secret is one. */
function kindOf(key: string, parent: object, kind: 'plain' | 'secret'): 'plain' | 'secret' {
  if (kind === 'secret' || Array.isArray(parent)) return kind;
  return secretName.test(key) && !plainName.test(key) ? 'secret' : 'plain';
}

function passwordIn(text: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/i.exec(text)?.[1];
}
