import type { Config } from '@cuttle/config';

/** How media become words, as configured. */
export interface MediaSettings {
  /** `<provider>/<model>`; `false`: nobody; undefined: whoever is known to see. */
  readonly describe: string | false | undefined;
  /** `<provider>/<model>`; `false`: nobody; undefined: whoever is known to hear. */
  readonly transcribe: string | false | undefined;
  readonly maxTextChars: number;
  readonly maxBytes: {
    readonly image: number;
    readonly document: number;
    readonly audio: number;
  };
}

export function toMediaSettings({ media }: Config): MediaSettings {
  const { describe, transcribe, maxTextChars, maxBytes } = media;
  const { image, document, audio } = maxBytes;
  return { describe, transcribe, maxTextChars, maxBytes: { image, document, audio } };
}
