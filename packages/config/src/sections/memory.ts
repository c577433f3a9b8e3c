import { z } from 'zod';

export const memorySection = z.looseObject({
  flush: z
    .boolean()
    .default(true)
    .describe(
      'Whether a model is asked, before old messages are summarised, which facts to write into the memory.',
    ),
});
