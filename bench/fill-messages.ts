import type { Store } from '@cuttle/core-types/ports';

/** A store with so many messages, questions and answers alike, in so many sessions: they are written at once, so that they share transactions. `principalOf`: who asks in each. */
export async function fillMessages(
  { journal }: Store,
  {
    messages,
    sessions = 64,
    principalOf = (caller) => `person-${caller % 8}`,
  }: {
    readonly messages: number;
    readonly sessions?: number;
    readonly principalOf?: (caller: number) => string;
  },
): Promise<void> {
  const { accountId } = await journal.openAccount({ channel: 'bench', name: 'b', platformId: '1' });
  const random = createRandom(7);
  let made = 0;
  const talk = async (caller: number): Promise<void> => {
    const sessionKey = `agent:main:s${caller}`;
    while (made < messages / 2) {
      const inboundId = `i${(made += 1)}`;
      const accepted = await journal.acceptInbound({
        inboundId,
        accountId,
        externalId: inboundId,
        bodyHash: inboundId,
        sessionKey,
        agentId: 'main',
        principal: { id: principalOf(caller), kind: 'person', scopes: [] },
        provenance: { door: 'bench', accountId, trust: 'paired' },
        taint: [],
        route: { kind: 'pull', door: 'bench', stateless: false },
        mode: 'followup',
        body: { v: 1, parts: [{ type: 'text', text: sentence(random, 12) }] },
        verdict: { kind: 'queue' },
        bounds: { perSession: 10, total: 1_000 },
      });
      if (accepted.kind !== 'accepted') throw new Error(`not accepted: ${accepted.kind}`);
      const { sessionId } = accepted;
      const run = await journal.claimRun({ sessionId, fence: inboundId, collectMax: 1 });
      await journal.completeRun({
        runId: inboundId,
        fence: inboundId,
        last: {
          runId: inboundId,
          fence: inboundId,
          step: run?.open?.step ?? 1,
          answer: { role: 'assistant', parts: [{ type: 'text', text: sentence(random, 40) }] },
          finish: 'stop',
          usage: { inputTokens: 10, outputTokens: 10 },
          provider: 'bench',
          model: 'm',
          costMicros: 0,
          calls: [],
        },
        finish: 'stop',
        outbound: [],
      });
    }
  };
  await Promise.all(Array.from({ length: sessions }, (_, caller) => talk(caller)));
}

/** Words as often as in a language: the n-th one in proportion to 1/n. */
function sentence(random: () => number, words: number): string {
  return Array.from({ length: words }, () => `w${Math.floor(20_000 ** random()) - 1}`).join(' ');
}

/** Equal numbers at each run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
