import { Json, parseJson } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';

/** The arguments of a tool call: parsed, or the text itself where it does not parse. None at all is `{}`. */
export function parseInput(text: string): Json {
  if (text.trim() === '') return {};
  try {
    return parseJson(Json, text);
  } catch (error) {
    // A RangeError is nesting deeper than the stack.
    if (isCuttleError(error, 'request.invalid') || error instanceof RangeError) return text;
    throw error;
  }
}
