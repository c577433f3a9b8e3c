import type { ThinkingLevel } from '@cuttle/core-types/ports';

/** What a family of models takes. The first row whose pattern matches counts. */
export interface OpenaiModelRule {
  readonly models: RegExp;
  /** Reasoning models refuse sampling parameters and stop texts. */
  readonly sampling: 'taken' | 'refused';
  /** `reasoning_effort` for each level; a level that is left out is not said. */
  readonly efforts: Partial<Readonly<Record<ThinkingLevel, string>>>;
  readonly systemRole: 'system' | 'user';
}

const steps = { minimal: 'low', low: 'low', medium: 'medium', high: 'high' } as const;

/** https://platform.openai.com/docs/guides/reasoning */
const rules: readonly OpenaiModelRule[] = [
  {
    // "Unsupported value: 'messages[0].role' does not support 'system' with this model."
    models: /(?:^|\/)o1-(?:mini|preview)/,
    sampling: 'refused',
    efforts: {},
    systemRole: 'user',
  },
  {
    models: /(?:^|\/)gpt-\d+(?:\.\d+)?-chat/,
    sampling: 'taken',
    efforts: {},
    systemRole: 'system',
  },
  {
    models: /(?:^|\/)o\d/,
    sampling: 'refused',
    efforts: { off: 'low', ...steps, max: 'high' },
    systemRole: 'system',
  },
  {
    models: /(?:^|\/)gpt-5(?:-|$)/,
    sampling: 'refused',
    efforts: { ...steps, off: 'minimal', minimal: 'minimal', max: 'high' },
    systemRole: 'system',
  },
  {
    models: /(?:^|\/)gpt-5\.1/,
    sampling: 'refused',
    efforts: { off: 'none', ...steps, max: 'high' },
    systemRole: 'system',
  },
  {
    models: /(?:^|\/)gpt-(?:5\.\d|[6-9])/,
    sampling: 'refused',
    efforts: { off: 'none', ...steps, max: 'xhigh' },
    systemRole: 'system',
  },
  {
    // gpt-4o and before, which do not reason and refuse the parameter.
    models: /(?:^|\/)(?:gpt-[34]|chatgpt|gpt-audio)/,
    sampling: 'taken',
    efforts: {},
    systemRole: 'system',
  },
  {
    // Groq, Together and others serve it with three levels.
    models: /gpt-oss/,
    sampling: 'taken',
    efforts: { off: 'low', ...steps, max: 'high' },
    systemRole: 'system',
  },
];

/** Efforts that a model may not know, and the nearest that it will. */
const nearest: Readonly<Record<string, string>> = {
  none: 'minimal',
  minimal: 'low',
  xhigh: 'high',
  max: 'high',
};

/** The effort to ask for where the service refused this one. */
export function nearestEffort(effort: string): string {
  return nearest[effort] ?? effort;
}

/** A model nobody told us about: takes sampling, and the three levels that all who think know. */
const unknown: OpenaiModelRule = {
  models: /(?:)/,
  sampling: 'taken',
  efforts: { ...steps, max: 'high' },
  systemRole: 'system',
};

export function openaiModelRule(model: string): OpenaiModelRule {
  return rules.find(({ models }) => models.test(model)) ?? unknown;
}
