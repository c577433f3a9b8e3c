import { createHash } from 'node:crypto';
import type { ServedModel } from '../model-server.ts';

export type Capability = 'completion' | 'tools' | 'thinking' | 'vision' | 'embedding';

/** A model on the machine. `tools`, `vision` and `thinking` are refused of a model that has not got them. */
export interface OllamaModel extends ServedModel {
  readonly capabilities?: readonly Capability[];
  /** The length of its vectors, of one that embeds. Default 768. */
  readonly dimensions?: number;
}

/** `llama3.2` and `llama3.2:latest` are one model. */
export function toFullName(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}

export function capabilitiesOf(model: OllamaModel): readonly Capability[] {
  return model.capabilities ?? ['completion', 'tools', 'thinking'];
}

export function digestOf(model: OllamaModel): string {
  return createHash('sha256').update(toFullName(model.id)).digest('hex');
}

const modifiedAt = '2026-01-01T00:00:00Z';

/** https://docs.ollama.com/api/tags */
export function describeInList(model: OllamaModel): object {
  const name = toFullName(model.id);
  return {
    name,
    model: name,
    modified_at: modifiedAt,
    size: 2_019_393_189,
    digest: digestOf(model),
    details: detailsOf(model),
  };
}

/** https://docs.ollama.com/api/ps */
export function describeLoaded(model: OllamaModel): object {
  return {
    ...describeInList(model),
    expires_at: '2026-01-01T00:05:00Z',
    size_vram: 2_019_393_189,
    context_length: model.contextWindow ?? 4096,
  };
}

/** https://docs.ollama.com/api/show */
export function describeInFull(model: OllamaModel): object {
  const family = detailsOf(model).family;
  return {
    license: 'MIT',
    modelfile: `FROM ${toFullName(model.id)}`,
    parameters: '',
    template: '{{ .Prompt }}',
    details: detailsOf(model),
    model_info: {
      'general.architecture': family,
      [`${family}.context_length`]: model.contextWindow ?? 131_072,
    },
    capabilities: capabilitiesOf(model),
    modified_at: modifiedAt,
  };
}

interface ModelDetails {
  readonly parent_model: string;
  readonly format: string;
  readonly family: string;
  readonly families: readonly string[];
  readonly parameter_size: string;
  readonly quantization_level: string;
}

function detailsOf(model: OllamaModel): ModelDetails {
  const family = /^[a-z]+/.exec(model.id)?.[0] ?? 'llama';
  return {
    parent_model: '',
    format: 'gguf',
    family,
    families: [family],
    parameter_size: '3.2B',
    quantization_level: 'Q4_K_M',
  };
}
