import { randomUUID } from 'node:crypto';
import type { ErrorTurn } from '../http-fault.ts';
import type { IdSource } from '../id-source.ts';
import { type WireAnswer, wholeAnswer } from '../wire-frame.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html#API_runtime_ConverseStream_Errors */
const exceptions: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: [
    'ValidationException',
    'The input fails to satisfy the constraints specified by an AWS service.',
  ],
  401: ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
  403: ['AccessDeniedException', "You don't have access to the model with the specified model ID."],
  404: ['ResourceNotFoundException', 'The specified resource ARN was not found.'],
  408: [
    'ModelTimeoutException',
    'The request took too long to process. Processing time exceeded the model timeout length.',
  ],
  424: ['ModelErrorException', 'The request failed due to an error while processing the model.'],
  429: ['ThrottlingException', 'Too many requests, please wait before trying again.'],
  500: [
    'InternalServerException',
    'The system encountered an unexpected error during processing. Try your request again.',
  ],
  503: ['ServiceUnavailableException', 'Bedrock is unable to process your request.'],
};

/** An error answer: the exception's name in a header, `{"message"}` in the body. */
export function refuse(
  status: number,
  message: string,
  type = exceptions[status]?.[0],
): WireAnswer {
  const name = type ?? (status < 500 ? 'ValidationException' : 'ServiceUnavailableException');
  return wholeAnswer(
    status,
    { message },
    {
      'x-amzn-requestid': randomUUID(),
      'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    },
  );
}

export function encodeError(turn: ErrorTurn, _ids: IdSource): WireAnswer {
  const { status, headers, body } = turn;
  const answer =
    body === undefined
      ? refuse(status, exceptions[status]?.[1] ?? `Status ${status}`)
      : wholeAnswer(status, body, { 'x-amzn-requestid': randomUUID() });
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** The statuses of the exceptions that a stream may hold, for an answer that is no stream. */
export function statusOf(exception: string): number {
  const found = Object.entries(exceptions).find(
    ([, [type]]) => type.toLowerCase() === exception.toLowerCase(),
  );
  return found === undefined ? 424 : Number(found[0]);
}
