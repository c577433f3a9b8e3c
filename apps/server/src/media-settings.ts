import type { Config } from '@cuttle/config';

/** How media become words, as configured. */
export interface MediaSettings {
  /** `<provider>/<model>`; `false`: nobody; undefined: whoever is known to see. */
  readonly describe: string | false | undefined;
  readonly maxTextChars: number;
  readonly maxBytes: { readonly image: number; readonly document: number };
}

export function toMediaSettings({ media }: Config): MediaSettings {
  const { describe, maxTextChars, maxBytes } = media;
  const { image, document } = maxBytes;
  return { describe, maxTextChars, maxBytes: { image, document } };
}
