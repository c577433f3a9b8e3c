import { setTimeout as sleep } from 'node:timers/promises';
import { createRetryingEmbedder } from '@cuttle/providers';
import { createOllamaEmbedder } from '@cuttle/providers/ollama';

const clock = { sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }) };
const ollama = createOllamaEmbedder({ baseUrl: process.env['OLLAMA_HOST'] });
const embedder = createRetryingEmbedder(ollama, { clock, random: Math.random });
const model = 'nomic-embed-text';
const notes = ['The cat sleeps on the sofa.', 'Invoices are due in March.'];
const signal = AbortSignal.timeout(60_000);
const kept = await embedder.embed({ model, texts: notes, purpose: 'document' }, signal);
const asked = await embedder.embed({ model, texts: ['a sleepy cat'], purpose: 'query' }, signal);
for (const [at, vector] of kept.vectors.entries()) {
  const nearness = vector.reduce((sum, value, i) => sum + value * (asked.vectors[0]?.[i] ?? 0), 0);
  console.log(nearness.toFixed(2), notes[at]);
}
