import type { ModelInfo } from '@cuttle/core-types/ports';
import { readRecord } from '../exchange/read-record.ts';
import { GeminiModels } from './wire.ts';

/** The models in the service's own list that answer; those for embeddings and pictures stand beside them. */
export function answeringModels(text: string, service: string): readonly ModelInfo[] {
  const { models, publisherModels } = readRecord(GeminiModels, text, service);
  const answering = (models ?? []).filter(
    ({ supportedGenerationMethods: methods }) => methods?.includes('generateContent') ?? true,
  );
  const listed = answering.map(({ name, inputTokenLimit, outputTokenLimit }): ModelInfo => {
    const id = name.replace(/^models\//, '');
    return {
      id,
      ...(inputTokenLimit != null && { contextWindow: inputTokenLimit }),
      ...(outputTokenLimit != null && { maxOutputTokens: outputTokenLimit }),
      ...(id.startsWith('gemini-') && { inputs: ['text', 'image', 'audio', 'document', 'video'] }),
    };
  });
  const published = (publisherModels ?? []).map(({ name }) => ({
    id: name.slice(name.lastIndexOf('/') + 1),
  }));
  return [...listed, ...published];
}
