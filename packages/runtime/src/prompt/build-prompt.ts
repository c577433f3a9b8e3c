import { estimateTokens } from '@cuttle/agent';
import type { Route } from '@cuttle/core-types';
import type { Tool, WorkspaceFile, WorkspaceFiles } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { type AgentSettings, type IdentityOver, withOver } from '../settings.ts';
import {
  filePart,
  identityPart,
  ordersPart,
  personaPart,
  placeHint,
  toolRules,
} from './base-parts.ts';
import { cutToBudget } from './cut-to-budget.ts';
import { promptFiles, type PromptPartId, promptTable } from './part-table.ts';

/** All that a prompt depends on. Nothing volatile: the time is a tool. */
export interface PromptFacts {
  readonly agent: AgentSettings;
  /** What the messenger account says, over the agent's own. */
  readonly account:
    | {
        readonly identity: IdentityOver;
        readonly hint: string | undefined;
        readonly confirmActions?: boolean | undefined;
      }
    | undefined;
  readonly route: Pick<Route, 'kind'> & { readonly chat?: 'dm' | 'group' };
  /** `private`: the owner alone reads along. */
  readonly audience: 'private' | 'others';
  /** The standing orders in force, in order. */
  readonly orders: readonly string[];
  readonly persona: string | undefined;
  readonly tools: readonly Tool[];
  /** What an API client asked for this turn only. */
  readonly turnSystem: string | undefined;
}

/** One part as it stands in a prompt. */
export interface PromptPart {
  readonly id: PromptPartId;
  readonly text: string;
  /** Estimated. */
  readonly tokens: number;
  /** Undefined: it is never cut. */
  readonly budget: number | undefined;
  readonly state: 'whole' | 'cut' | 'private' | 'unusable';
  /** Why it is unusable. */
  readonly problem?: string | undefined;
}

/** Puts system prompts together. The same facts give the same bytes while no file changes. */
export interface PromptBuilder {
  /** The parts that there are, in order; those with an empty text are left out of the prompt for the reason in `state`. */
  build(facts: PromptFacts): Promise<readonly PromptPart[]>;
}

export function createPromptBuilder({ files }: { files: WorkspaceFiles }): PromptBuilder {
  const fitted = new WeakMap<WorkspaceFile, PromptPart>();
  const fitFile = (file: WorkspaceFile, facts: PromptFacts): PromptPart => {
    const id = promptTable.find((row) => row.id === file.name)?.id ?? 'AGENTS.md';
    const budget = budgetOf(id, facts.agent);
    const known = fitted.get(file);
    if (known && known.budget === budget) return known;
    const part = toFilePart(id, file, budget);
    fitted.set(file, part);
    return part;
  };
  return {
    async build(facts) {
      const found = await files.read(facts.agent.id, promptFiles);
      const isPrivate = facts.audience === 'private';
      return promptTable.flatMap(({ id, private: forOwner }): PromptPart[] => {
        const file = found.find(({ name }) => name === id);
        const part = file ? fitFile(file, facts) : toPart(id, facts);
        if (part.text === '' && part.problem === undefined) return [];
        const isHidden = forOwner && !isPrivate;
        return [isHidden ? { ...part, text: '', tokens: 0, state: 'private' } : part];
      });
    },
  };
}

/** The prompt itself. */
export function toPrompt(parts: readonly PromptPart[]): string {
  return parts
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join('\n\n');
}

function budgetOf(id: PromptPartId, { promptTokens }: AgentSettings): number | undefined {
  const tokens = promptTable.find((row) => row.id === id)?.tokens;
  return tokens === undefined ? undefined : (promptTokens[id] ?? tokens);
}

function toPart(id: PromptPartId, facts: PromptFacts): PromptPart {
  const budget = budgetOf(id, facts.agent);
  const whole = textOf(id, facts).trim();
  const { text, isCut } =
    budget === undefined
      ? { text: whole, isCut: false }
      : cutToBudget(whole, { tokens: budget, what: `"${id}"` });
  return { id, text, tokens: estimateTokens(text), budget, state: isCut ? 'cut' : 'whole' };
}

function toFilePart(
  id: PromptPartId,
  { name, text, unread, problem }: WorkspaceFile,
  budget: number | undefined,
): PromptPart {
  if (problem !== undefined) return { id, text: '', tokens: 0, budget, state: 'unusable', problem };
  const cut = cutToBudget(text, {
    tokens: budget ?? Number.POSITIVE_INFINITY,
    what: name,
    // In bytes, which are at least as many as the characters.
    left: unread,
  });
  const rendered = filePart(name, cut.text);
  return {
    id,
    text: rendered,
    tokens: estimateTokens(rendered),
    budget,
    state: cut.isCut ? 'cut' : 'whole',
  };
}

function textOf(id: PromptPartId, facts: PromptFacts): string {
  const { agent, account, route, orders, persona, tools, turnSystem } = facts;
  switch (id) {
    case 'identity':
      return identityPart(withOver(agent.identity, account?.identity));
    case 'tool-rules':
      return toolRules(tools);
    case 'orders':
      return ordersPart(orders);
    case 'system':
      return agent.system ?? '';
    case 'place':
      return placeHint(route);
    case 'hint':
      return hintOf(account);
    case 'persona':
      return personaPart(persona);
    case 'turn':
      return turnSystem ?? '';
    case 'AGENTS.md':
    case 'SOUL.md':
    case 'TOOLS.md':
    case 'USER.md':
    case 'MEMORY.md':
      return ''; // there is no such file
  }
}

function hintOf(account: PromptFacts['account']): string {
  const buttons = account?.confirmActions === true ? textFor('prompt.buttons') : '';
  return [account?.hint ?? '', buttons].filter((text) => text !== '').join('\n\n');
}
