import type { Json, ToolCallPart } from '@cuttle/core-types';
import type { Tool } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { repairToolInput, repairToolName } from './repair-call.ts';

/** What a model may call: own tools, and the names of those that the caller runs. */
export interface Offer {
  readonly tools: readonly Tool[];
  readonly clientTools: readonly { readonly name: string }[];
}

/** A call as it would run, or what the model is told instead. `name` and `input` are what is shown, hashed, stored and approved. */
export type CallReading =
  | {
      readonly ok: true;
      readonly name: string;
      readonly input: Json;
      readonly tool: Tool;
      /** What the tool is run with. */
      readonly value: unknown;
    }
  | { readonly ok: false; readonly name: string; readonly input: Json; readonly text: string };

/** Finds the tool that a call means and repairs its arguments. Pure: whoever plans, judges and runs a call reads the same. */
export function readCall({ name, input }: ToolCallPart, offer: Offer): CallReading {
  const names = [...offer.tools, ...offer.clientTools].map((tool) => tool.name);
  const meant = repairToolName(name, [...new Set(names)]);
  const tool = offer.tools.find((one) => one.name === meant);
  if (!tool) {
    const text = textFor('tool.not-offered', { tool: name, tools: names.join(', ') });
    return { ok: false, name, input, text };
  }
  const repaired = repairToolInput(tool.input, input);
  return repaired.ok
    ? { ok: true, name: tool.name, input: repaired.plan, tool, value: repaired.input }
    : { ok: false, name: tool.name, input, text: repaired.message };
}

/** The calls of an answer that run here, with their places in it; the others are the caller's. */
export function ownCalls(
  calls: readonly ToolCallPart[],
  { tools, clientTools }: Offer,
): readonly { readonly call: ToolCallPart; readonly index: number }[] {
  const own = new Set(tools.map(({ name }) => name));
  const theirs = new Set(clientTools.map(({ name }) => name));
  return calls
    .map((call, index) => ({ call, index }))
    .filter(({ call: { name } }) => own.has(name) || !theirs.has(name));
}
