import type { ModelFacts } from '@cuttle/core-types/ports';
import { quirksFor } from '../openai/quirks.ts';
import { providerPresets } from '../presets.ts';
import { nameOfVendor } from './name-of-vendor.ts';
import type { CatalogueRow, KindRow } from './row.ts';

/** Kinds that sell the models of another one under the same names. */
const sameModels: Readonly<Record<string, string>> = { 'openai-responses': 'openai' };

/** Kinds that run on a machine of the owner, where a token has no price. */
const unsold: ReadonlySet<string> = new Set(['offline', 'ollama', 'lmstudio', 'vllm', 'llamacpp']);

/** A model that Ollama passes on to its own service, where it is sold. https://docs.ollama.com/cloud */
const passedOn = /[-:]cloud$/;

/**
 * What is published about a model of a kind: by its exact id, else by another name of it, else by the id without the date of its version.
 * `baseUrl`: where it is asked, if not at the kind's own address; what others sell under the same name is not known here. Who sells a
 * model of another vendor under a name that tells which takes what the vendor says it takes; at what price is theirs to say.
 * The facts are loaded when first asked for.
 */
export async function findModel(
  kind: string,
  id: string,
  baseUrl?: string,
): Promise<ModelFacts | undefined> {
  if (unsold.has(kind)) return passedOn.test(id) ? undefined : { id, prices: noPrice };
  const { asOf, kinds } = await import('./models.generated.ts');
  const known = kinds[sameModels[kind] ?? kind];
  const isAtHome = baseUrl === undefined || originOf(baseUrl) === known?.address;
  const own = isAtHome && known ? findRow(known.models, id) : undefined;
  const row = own ?? findResold({ kind, id }, kinds);
  if (!row) return undefined;
  const { aliases: _aliases, inputs, ...facts } = row;
  return { ...facts, ...(inputs && { inputs: carriedBy(kind, inputs) }), id, asOf };
}

/** What the model takes as far as the adapter of its kind can say it to the service; the rest goes to it in words. */
function carriedBy(
  kind: string,
  inputs: NonNullable<ModelFacts['inputs']>,
): NonNullable<ModelFacts['inputs']> {
  const preset = providerPresets.find(({ id }) => id === kind);
  if (!preset) return inputs;
  const { audio, files, images, video } = quirksFor(preset.baseUrl, preset.quirks ?? {});
  const isCarried = { text: true, image: images, audio, document: files, video };
  return inputs.filter((input) => isCarried[input]);
}

const noPrice = { input: 0, output: 0 } as const;

/** What the vendor says of a model that another sells under a name of its own. */
function findResold(
  { kind, id }: { readonly kind: string; readonly id: string },
  kinds: Readonly<Record<string, KindRow>>,
): CatalogueRow | undefined {
  const named = nameOfVendor(kind, id);
  const vendor = named && kinds[named.kind];
  const row = vendor && findRow(vendor.models, named.id);
  if (!row) return undefined;
  const { prices: _prices, ...limits } = row;
  return limits;
}

function findRow(rows: readonly CatalogueRow[], id: string): CatalogueRow | undefined {
  const named = (name: string): CatalogueRow | undefined =>
    rows.find((row) => row.id === name) ?? rows.find((row) => row.aliases?.includes(name));
  return named(id) ?? named(id.replace(versionDate, ''));
}

/** `-20250929`, `-2025-09-29`, `@20250929` and `-latest` name a version of the model before it. */
const versionDate = /(?:[-@]20\d{6}|-20\d{2}-\d{2}-\d{2}|-latest)$/;

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}
