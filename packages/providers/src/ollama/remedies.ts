import type { Remedy } from '../exchange/remedies.ts';

export type OllamaRemedy = 'without-thinking' | 'without-images';

/** Each with the message that taught us. */
export const ollamaRemedies: readonly Remedy<OllamaRemedy>[] = [
  {
    // "\"llama3.2\" does not support thinking", "think value \"high\" is not supported for this model"
    name: 'without-thinking',
    refusal: /does not support thinking|\bthink\b/i,
  },
  {
    // "this model is missing data required for image input", "does not support images"
    name: 'without-images',
    refusal: /image/i,
  },
];
