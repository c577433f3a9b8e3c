import type { RecordedRequest } from '../recorded-request.ts';
import type { ResponsesRequest } from './request-schema.ts';

/**
 * What the backend of a ChatGPT subscription refuses and the platform takes, in its own short words.
 * It is not documented: https://github.com/openai/codex/issues/26173, https://github.com/kortix-ai/suna/pull/5124
 */
const rules: readonly {
  readonly detail: string;
  isBroken(body: ResponsesRequest): boolean;
}[] = [
  { detail: 'Instructions are required', isBroken: ({ instructions }) => !instructions },
  { detail: 'Store must be set to false', isBroken: ({ store }) => store !== false },
  { detail: 'Stream must be set to true', isBroken: ({ stream }) => stream !== true },
  {
    detail: 'Unsupported parameter: max_output_tokens',
    isBroken: ({ max_output_tokens }) => max_output_tokens !== undefined,
  },
  {
    detail: 'Unsupported parameter: temperature',
    isBroken: ({ temperature }) => temperature !== undefined,
  },
];

export function refuseForSubscription(body: ResponsesRequest): string | undefined {
  return rules.find(({ isBroken }) => isBroken(body))?.detail;
}

/** The token says who asks; the header says which of their accounts pays. */
export function isAccount({ headers }: RecordedRequest, accountId: string): boolean {
  return headers['chatgpt-account-id'] === accountId;
}
