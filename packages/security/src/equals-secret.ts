import { timingSafeEqual } from 'node:crypto';

/** Whether two secrets are the same text, in time that tells nothing but whether their lengths are. */
export function equalsSecret(given: string, secret: string): boolean {
  const left = Buffer.from(given, 'utf8');
  const right = Buffer.from(secret, 'utf8');
  return (
    timingSafeEqual(left, left.length === right.length ? right : left) &&
    left.length === right.length
  );
}
