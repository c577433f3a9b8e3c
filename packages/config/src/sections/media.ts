import { z } from 'zod';

const bytes = (megabytes: number, what: string) =>
  z
    .int()
    .positive()
    .default(megabytes * 1_000_000)
    .describe(what);

export const mediaSection = z.looseObject({
  describe: z
    .union([z.string(), z.literal(false)])
    .optional()
    .describe(
      '`<provider>/<model>` that describes images and films to models that see none; `false`: nobody. Default: the first model that is set up and known to see; a model server of your own is not left for another.',
    ),
  transcribe: z
    .union([z.string(), z.literal(false)])
    .optional()
    .describe(
      '`<provider>/<model>` that writes down what is said in recordings for models that hear none; `false`: nobody. Default: one that a provider which is set up is known to have; a model server of your own is not left for another.',
    ),
  video: z
    .looseObject({
      frames: z
        .int()
        .min(0)
        .max(20)
        .default(6)
        .describe(
          'Pictures of one film, evenly spread, for models that see pictures and take no films; 0: none, only what is said in it.',
        ),
      ffmpeg: z
        .string()
        .min(1)
        .default('ffmpeg')
        .describe(
          'The program that takes films apart: a name that the PATH has, or a path. ffprobe lies beside it.',
        ),
    })
    .prefault({})
    .describe('How films are looked at.'),
  maxTextChars: z
    .int()
    .min(200)
    .max(200_000)
    .default(24_000)
    .describe('Characters that one document may add to a request.'),
  maxBytes: z
    .looseObject({
      image: bytes(20, 'One image.'),
      document: bytes(32, 'One document.'),
      audio: bytes(25, 'One recording.'),
      video: bytes(32, 'One film.'),
    })
    .prefault({})
    .describe('Larger media are named to the model, and not read.'),
});
