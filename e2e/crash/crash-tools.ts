import { defineTool, type Effect, type Risk, type Tool } from '@cuttle/core-types/ports';
import { EffectRequest } from '@cuttle/testkit/crash';
import { z } from 'zod';

const Input = z.strictObject({
  /** Names the call for the ledger: the same over every attempt. */
  call: z.string(),
  /** Ms between the request's arrival and its effect. */
  delayMs: z.int().min(0).default(0),
});

const Found = z.object({ found: z.enum(['done', 'absent']) });

/** One tool of every effect class, and one that needs an approval; each acts on the ledger, with its key. */
export function createCrashTools(ledgerUrl: string): readonly Tool[] {
  const make = (name: string, effect: Effect, risk: Risk): Tool =>
    defineTool({
      name,
      description: `Acts on the ledger (${effect}).`,
      input: Input,
      effect,
      risk,
      timeoutMs: 2_000,
      async run({ call, delayMs }, { key }, signal) {
        const request = EffectRequest.parse({ effect, key, call, delayMs });
        const body = JSON.stringify(request);
        const response = await fetch(`${ledgerUrl}/effect`, { method: 'POST', body, signal });
        await response.body?.cancel();
        return { text: `done ${call}` };
      },
      ...(effect === 'probeable' && { probe: (key, signal) => probe(ledgerUrl, key, signal) }),
    });
  return [
    make('crash_pure', 'pure', 'write'),
    make('crash_keyed', 'keyed', 'write'),
    make('crash_probeable', 'probeable', 'write'),
    make('crash_opaque', 'opaque', 'write'),
    make('crash_gated', 'opaque', 'execute'),
  ];
}

async function probe(url: string, key: string, signal: AbortSignal): Promise<'done' | 'absent'> {
  const response = await fetch(`${url}/probe?key=${encodeURIComponent(key)}`, { signal });
  return Found.parse(await response.json()).found;
}
