import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import type { AnswerForm } from './answer-form.ts';
import { toCompletionRequest } from './response-request.ts';
import { createResponseStream } from './response-stream.ts';
import { ResponseRequest } from './response-wire.ts';
import { toEndState, toResponseBody } from './response.ts';

/** Responses: https://platform.openai.com/docs/api-reference/responses */
export const responseForm: AnswerForm = (raw) => {
  const parsed = ResponseRequest.safeParse(raw);
  if (!parsed.success) throw new CuttleError('request.invalid', z.prettifyError(parsed.error));
  const request = parsed.data;
  return {
    request: toCompletionRequest(request),
    toWhole: (fate, head) => toResponseBody({ ...head, request }, toEndState(fate, fate.text)),
    createEvents: (head) => createResponseStream({ ...head, request }),
  };
};
