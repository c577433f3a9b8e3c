import { shortHash } from './stable-json.ts';

/** What a service takes as the id of a tool call. */
export interface IdRule {
  readonly allowed: RegExp;
  readonly maxLength: number;
  readonly minLength?: number;
}

/** "String should match pattern '^[a-zA-Z0-9_-]+$'" */
export const anthropicIdRule: IdRule = { allowed: /^[\w-]+$/, maxLength: 64 };
/** "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40" */
export const openaiIdRule: IdRule = { allowed: /^[\w-]+$/, maxLength: 40 };
/** "Invalid 'input[1].call_id': string too long. Expected a string with maximum length 64" */
export const responsesIdRule: IdRule = { allowed: /^[\w-]+$/, maxLength: 64 };
/** Mistral: "Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9." */
export const nineLetters: IdRule = { allowed: /^[a-zA-Z0-9]{9}$/, maxLength: 9, minLength: 9 };

/**
 * Gives each call of a transcript an id that the service takes and that occurs once in the request.
 * An id that fits stays as it is; the others depend on the id and its place alone, so that they never change.
 */
export function createWireIds(rule: IdRule): (callId: string) => string {
  const used = new Set<string>();
  return (callId) => {
    let wire = fits(callId, rule) ? callId : mended(callId, rule);
    for (let again = 2; used.has(wire); again += 1) wire = mended(`${callId} ${again}`, rule);
    used.add(wire);
    return wire;
  };
}

function fits(id: string, rule: IdRule): boolean {
  const { allowed, maxLength, minLength = 1 } = rule;
  return id.length >= minLength && id.length <= maxLength && allowed.test(id);
}

function mended(id: string, rule: IdRule): string {
  if (rule.minLength !== undefined) return `c${shortHash(id)}`.slice(0, rule.maxLength);
  const start = id.replaceAll(/[^\w-]/g, '_').slice(0, rule.maxLength - 9);
  return `${start || 'call'}_${shortHash(id)}`;
}

/** A model or a service that numbers its calls anew in each answer: makes the id differ from all before it. */
export function freshCallId(callId: string, known: ReadonlySet<string>): string {
  let fresh = callId;
  for (let again = 2; known.has(fresh); again += 1) fresh = `${callId}-${again}`;
  return fresh;
}
