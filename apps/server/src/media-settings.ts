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
    readonly video: number;
  };
  readonly video: {
    /** Pictures of one film. */
    readonly frames: number;
    readonly ffmpeg: string;
  };
}

export function toMediaSettings({ media }: Config): MediaSettings {
  const { describe, transcribe, maxTextChars, maxBytes } = media;
  const { image, document, audio, video } = maxBytes;
  const { frames, ffmpeg } = media.video;
  return {
    describe,
    transcribe,
    maxTextChars,
    maxBytes: { image, document, audio, video },
    video: { frames, ffmpeg },
  };
}
