import { CuttleError } from '@cuttle/core-types/errors';
import { equalsSecret } from '@cuttle/security';
import { z } from 'zod';
import { fillTemplate, findValue, type TemplateFacts } from './fill-template.ts';
import { AgentHook } from './wire.ts';

/** A named hook of the configuration: what another program's own JSON becomes. */
export interface HookMapping {
  /** `wake`: an event for the main session; `agent`: a message. */
  readonly action: 'agent' | 'wake';
  /** Templates. */
  readonly message: string;
  readonly name?: string | undefined;
  readonly sessionKey?: string | undefined;
  readonly key?: string | undefined;
  /** Values that the body must have, by path; anything else is taken and left. */
  readonly when: Readonly<Record<string, readonly string[]>>;
  readonly agentId?: string | undefined;
  readonly deliver?: { readonly channel: string; readonly to: string } | undefined;
  readonly model?: string | undefined;
  readonly thinking?: AgentHook['thinking'];
  readonly timeoutSeconds?: number | undefined;
  readonly token?: string | undefined;
  readonly signature?: HookSignature | undefined;
}

/** HMAC-SHA-256 of the body as it came, in hexadecimal, as GitHub and others send it. https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export interface HookSignature {
  readonly secret: string;
  readonly header: string;
  readonly prefix: string;
}

/** Whether the mapping is for this delivery. */
export function isWanted({ when }: HookMapping, facts: TemplateFacts): boolean {
  return Object.entries(when).every(([path, wanted]) => {
    const value = findValue(path, facts);
    return wanted.includes(typeof value === 'string' ? value : JSON.stringify(value ?? null));
  });
}

/** The message it becomes. Throws `request.invalid` where nothing is left to say. */
export function toMapped(
  mapping: HookMapping,
  facts: TemplateFacts,
): { readonly hook: AgentHook; readonly key: string | undefined } {
  const fill = (template: string | undefined): string | undefined => {
    const text = template === undefined ? '' : fillTemplate(template, facts).trim();
    return text === '' ? undefined : text;
  };
  const short = (template: string | undefined): string | undefined =>
    fill(template)?.replace(/\s+/g, ' ').slice(0, 200).toWellFormed();
  const { agentId, deliver, model, thinking, timeoutSeconds } = mapping;
  const hook = AgentHook.safeParse({
    message: fill(mapping.message),
    name: short(mapping.name),
    sessionKey: short(mapping.sessionKey),
    agentId,
    ...deliver,
    model,
    thinking,
    timeoutSeconds,
  });
  if (!hook.success) throw new CuttleError('request.invalid', z.prettifyError(hook.error));
  return { hook: hook.data, key: fill(mapping.key)?.slice(0, 300) };
}

/** The body as values: JSON, or the fields of a form. Throws `request.invalid`. */
export function readPayload(text: string, contentType: string): unknown {
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CuttleError('request.invalid', 'The body is not valid JSON.', { cause: error });
  }
}

/** Whether the body was signed with the secret. */
export async function isSigned(
  { secret, prefix }: HookSignature,
  body: ArrayBuffer,
  given: string | undefined,
): Promise<boolean> {
  if (!given?.startsWith(prefix)) return false;
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey(
    'raw',
    bytes.encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const mac = await crypto.subtle.sign('HMAC', key, body);
  return equalsSecret(given.slice(prefix.length).toLowerCase(), Buffer.from(mac).toString('hex'));
}
