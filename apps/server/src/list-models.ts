import { toErrorBody } from '@cuttle/core-types/errors';
import type { ModelFacts, ModelInfo } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Models } from './model-source.ts';

type Listed = ResultOf<'models.list'>;
type Report = Listed['models'][number];

/** A service that does not answer by then is left out of the list. */
const patienceMs = 15_000;

/** The models that are set up, the default first; `refresh` adds what each provider says it has now. */
export async function listModels(
  models: Models,
  { refresh }: { readonly refresh: boolean },
  signal: AbortSignal,
): Promise<Listed> {
  const { ref, reason } = models.fallback();
  const offers = refresh ? await askAll(models, signal) : { found: new Map(), failures: [] };
  const refs = [...new Set([ref, ...models.list(), ...offers.found.keys()])];
  const reports = refs.map(async (id): Promise<Report> => {
    const facts = await models.findFacts(id);
    return { ...toReport(id, offers.found.get(id), facts), isDefault: id === ref };
  });
  return { models: await Promise.all(reports), default: ref, reason, failures: offers.failures };
}

interface Offers {
  readonly found: ReadonlyMap<string, ModelInfo>;
  readonly failures: Listed['failures'];
}

async function askAll(models: Models, signal: AbortSignal): Promise<Offers> {
  const found = new Map<string, ModelInfo>();
  const failures: Listed['failures'] = [];
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  await Promise.all(
    models.entries.map(async ({ id }) => {
      try {
        // Whichever model it is, its provider is the one that lists them.
        const offered = await models.resolve(`${id}/any`).provider.models(limit);
        for (const info of offered) found.set(`${id}/${info.id}`, info);
      } catch (error) {
        signal.throwIfAborted();
        failures.push({ provider: id, ...describeFailure(error, limit) });
      }
    }),
  );
  return { found: new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1))), failures };
}

function describeFailure(
  error: unknown,
  { aborted }: AbortSignal,
): { readonly code: string; readonly message: string } {
  if (aborted) return { code: 'provider.timeout', message: 'It did not answer in time.' };
  const { code, message } = toErrorBody(error);
  return { code, message };
}

/** What the owner and the vendor say, over what the service itself tells. */
function toReport(
  id: string,
  offered: ModelInfo | undefined,
  facts: ModelFacts | undefined,
): Omit<Report, 'isDefault'> {
  const { contextWindow, maxOutputTokens, inputs } = { ...offered, ...facts };
  const { thinking, prices, source, asOf } = facts ?? {};
  return {
    id,
    provider: id.split('/')[0] ?? '',
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(inputs && { inputs: [...inputs] }),
    ...(thinking && { thinking: [...thinking] }),
    ...(prices && { prices }),
    ...(source !== undefined && { source }),
    ...(asOf !== undefined && { asOf }),
  };
}
