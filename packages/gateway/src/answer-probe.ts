import type { ProcessFacts } from './gateway-deps.ts';

/**
 * `/health` and `/ready`, which are asked often and by machines: an app may answer them without the web's request classes,
 * which cost a process 18 MB once they are touched. Undefined for any other path.
 */
export function answerProbe(
  facts: ProcessFacts,
  path: string,
): { readonly status: 200 | 503; readonly body: object } | undefined {
  if (path === '/health') return { status: 200, body: { ok: true, uptimeMs: facts.uptimeMs() } };
  if (path !== '/ready') return undefined;
  const reasons = facts.notReady();
  return {
    status: reasons.length === 0 ? 200 : 503,
    body: { ready: reasons.length === 0, reasons },
  };
}
