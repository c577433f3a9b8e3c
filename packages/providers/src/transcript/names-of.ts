import type { Message } from '@cuttle/core-types';
import type { ModelRequest } from '@cuttle/core-types/ports';

/** Every name of a tool that a request mentions, in an order that does not depend on the caller's. */
export function namesOf({ tools, messages, parameters }: ModelRequest): readonly string[] {
  const names = new Set(tools.map(({ name }) => name).toSorted());
  const choice = parameters?.toolChoice;
  if (typeof choice === 'object') names.add(choice.name);
  for (const { parts } of messages) {
    for (const part of parts)
      if (part.type === 'tool-call' || part.type === 'tool-result') names.add(part.name);
  }
  return [...names];
}

export function callIdsOf(messages: readonly Message[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { parts } of messages)
    for (const part of parts) if (part.type === 'tool-call') ids.add(part.callId);
  return ids;
}
