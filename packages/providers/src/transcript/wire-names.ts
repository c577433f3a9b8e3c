import { shortHash } from './stable-json.ts';

/** What a service takes as the name of a tool. */
export interface NameRule {
  readonly allowed: RegExp;
  readonly maxLength: number;
}

/** OpenAI and Anthropic alike: https://platform.openai.com/docs/api-reference/chat/create#chat-create-tools */
export const commonNameRule: NameRule = { allowed: /^[\w-]+$/, maxLength: 64 };

/** Our names of tools ↔ theirs. A name that a service takes stays as it is. */
export interface WireNames {
  toWire(name: string): string;
  /** The name of ours; one that we never sent stays as the model said it. */
  fromWire(name: string): string;
}

export function createWireNames(names: readonly string[], rule: NameRule): WireNames {
  const there = new Map<string, string>();
  const back = new Map<string, string>();
  const add = (name: string): string => {
    const known = there.get(name);
    if (known !== undefined) return known;
    let wire = fits(name, rule) ? name : mended(name, rule);
    // Two names of ours are never one of theirs, whatever they look like.
    for (let again = 2; back.has(wire); again += 1) wire = mended(`${name} ${again}`, rule);
    there.set(name, wire);
    back.set(wire, name);
    return wire;
  };
  // Names that need no change come first, so that no mended name takes theirs.
  for (const name of names.filter((candidate) => fits(candidate, rule))) add(name);
  for (const name of names) add(name);
  return { toWire: add, fromWire: (name) => back.get(name) ?? name };
}

function fits(name: string, rule: NameRule): boolean {
  return name.length <= rule.maxLength && rule.allowed.test(name);
}

function mended(name: string, rule: NameRule): string {
  const start = name.replaceAll(/[^\w-]/g, '_').slice(0, rule.maxLength - 9);
  // Google's names begin with a letter or an underscore.
  const head = start === '' || rule.allowed.test(start) ? start : `_${start}`;
  return `${head.slice(0, rule.maxLength - 9) || 'tool'}_${shortHash(name)}`;
}
