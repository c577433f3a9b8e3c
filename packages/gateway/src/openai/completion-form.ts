import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import type { AnswerForm, AnswerHead } from './answer-form.ts';
import { createCompletionStream } from './completion-stream.ts';
import { toCompletion } from './completion.ts';
import { CompletionRequest } from './wire.ts';

/** Chat Completions: https://platform.openai.com/docs/api-reference/chat */
export const completionForm: AnswerForm = (raw) => {
  const parsed = CompletionRequest.safeParse(raw);
  if (!parsed.success) throw new CuttleError('request.invalid', z.prettifyError(parsed.error));
  const request = parsed.data;
  if ((request.n ?? 1) > 1)
    throw new CuttleError('request.invalid', 'n: one answer is given per request.');
  const nameOf = ({ inboundId, createdSeconds }: AnswerHead) => ({
    id: `chatcmpl-${inboundId}`,
    model: request.model,
    createdSeconds,
  });
  return {
    request,
    toWhole: (fate, head) => toCompletion(fate, nameOf(head)),
    createEvents: (head) =>
      createCompletionStream({
        ...nameOf(head),
        includeUsage: request.stream_options?.include_usage === true,
      }),
  };
};
