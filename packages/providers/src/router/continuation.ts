import { type AssistantMessage, userText } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';

const goOn =
  'Your answer above was cut off on its way. Go on with it exactly where it stops, even in the middle of a word, a list or a block of code. Do not repeat any of it, do not begin anew and do not mention the interruption.';

/** The same request, to be asked of another model that goes on where `shown` stops. */
export function continueRequest(request: ModelRequest, shown: string): ModelRequest {
  const answer: AssistantMessage = {
    role: 'assistant',
    parts: [{ type: 'text', text: shown }],
    partial: true,
  };
  return {
    ...request,
    messages: [...request.messages, answer, userText(goOn)],
    parameters: request.parameters && withoutFormat(request.parameters),
  };
}

/** A service that is held to a format would begin a new document. */
function withoutFormat(
  parameters: NonNullable<ModelRequest['parameters']>,
): ModelRequest['parameters'] {
  const { responseFormat: _format, ...rest } = parameters;
  return rest;
}
