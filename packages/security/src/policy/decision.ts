import type { TextCode } from '@cuttle/core-types/texts';

/** `reason` is a row of `@cuttle/core-types/texts`. `ask`: it may happen once the one who is asked has approved. */
export type Decision =
  | { readonly kind: 'allow' }
  | { readonly kind: 'ask'; readonly reason: TextCode }
  | { readonly kind: 'deny'; readonly reason: TextCode };

export const allowed: Decision = { kind: 'allow' };

export function ask(reason: TextCode): Decision {
  return { kind: 'ask', reason };
}

export function deny(reason: TextCode): Decision {
  return { kind: 'deny', reason };
}

/** Closed by default: allowed only where `condition` holds. */
export function allowIf(condition: boolean, otherwise: TextCode): Decision {
  return condition ? allowed : deny(otherwise);
}
