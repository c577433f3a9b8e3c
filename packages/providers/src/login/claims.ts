import { parseJson } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';

/** https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims and what OpenAI adds. */
const Claims = z.looseObject({
  email: z.string().max(320).optional(),
  'https://api.openai.com/auth': z
    .looseObject({ chatgpt_account_id: z.string().max(200).optional() })
    .optional(),
});

export interface NamedAccount {
  readonly account?: string;
  readonly accountId?: string;
}

/**
 * Who a token is for, where it says so in the clear. Its signature is not looked at: it came from the token endpoint itself
 * (https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), and decides nothing here.
 */
export function readClaims(token: string): NamedAccount {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return {};
  try {
    const claims = parseJson(Claims, fromBase64Url(payload));
    const accountId = claims['https://api.openai.com/auth']?.chatgpt_account_id;
    return {
      ...(claims.email !== undefined && { account: claims.email }),
      ...(accountId !== undefined && { accountId }),
    };
  } catch (error) {
    // A token that only looks like one names nobody.
    if (isCuttleError(error, 'request.invalid') || error instanceof DOMException) return {};
    throw error;
  }
}

/** Throws `DOMException` for what is none. */
function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.charCodeAt(0)));
}
