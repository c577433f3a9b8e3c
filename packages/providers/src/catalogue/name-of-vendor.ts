/** A model under the name that its own vendor gives it: a kind of the catalogue and an id there. */
export interface VendorName {
  readonly kind: string;
  readonly id: string;
}

/** Kinds whose ids begin with the vendor: `anthropic/claude-sonnet-4.5`. */
const vendorFirst: ReadonlySet<string> = new Set(['openrouter', 'vercel', 'litellm']);

/** Vendors by the names that resellers have for them. */
const vendors: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'gemini',
  gemini: 'gemini',
  'x-ai': 'xai',
  xai: 'xai',
  mistralai: 'mistral',
  mistral: 'mistral',
  deepseek: 'deepseek',
  moonshotai: 'moonshot',
  moonshot: 'moonshot',
};

/**
 * Whose model a reseller's id names; undefined where it does not tell. A variant (`:free`, `:nitro`) is the same model,
 * https://openrouter.ai/docs/guides/routing/model-variants; so is one of a region at Bedrock,
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html.
 */
export function nameOfVendor(kind: string, id: string): VendorName | undefined {
  const [vendor, model] = kind === 'bedrock' ? ofBedrock(id) : ofVendorFirst(kind, id);
  const known =
    vendor !== undefined && Object.hasOwn(vendors, vendor) ? vendors[vendor] : undefined;
  if (known === undefined || model === undefined) return undefined;
  // Anthropic's own ids have no dots, those of resellers do: claude-sonnet-4.5.
  return { kind: known, id: known === 'anthropic' ? model.replaceAll('.', '-') : model };
}

type Halves = readonly [vendor: string | undefined, model: string | undefined];
const neither: Halves = [undefined, undefined];

function ofVendorFirst(kind: string, id: string): Halves {
  const match = vendorFirst.has(kind) ? /^([^/]+)\/([^/:]+)(?::[\w-]+)?$/.exec(id) : null;
  return match ? [match[1], match[2]] : neither;
}

/** `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, with or without region and version; or the end of an ARN. */
function ofBedrock(id: string): Halves {
  const name = id.slice(id.lastIndexOf('/') + 1);
  const match = /^(?:[a-z-]{2,8}\.)?([a-z0-9]+)\.(.+?)(?:-v\d+)?(?::\d+)?$/.exec(name);
  return match ? [match[1], match[2]] : neither;
}
