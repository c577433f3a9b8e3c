import { CuttleError } from '@cuttle/core-types/errors';
import type { Answer, OutboundPart } from '@cuttle/core-types/ports';

/** What an action says, which is one message. Throws `tool.failed` for more and for nothing. */
export function oneMessage(
  render: (answer: Answer) => readonly OutboundPart[],
  answer: Answer,
): OutboundPart {
  const [part, ...more] = render(answer);
  if (part === undefined) throw new CuttleError('tool.failed', 'There is nothing to see in it.');
  if (more.length > 0)
    throw new CuttleError('tool.failed', 'It is longer than one message; say less.');
  return part;
}
