/**
 * Directives in a user's text, by which a test says over any channel what the model shall do. They are
 * those of the gateway bench kit's mock and some more; `readDirectives` documents each.
 */
export interface Directives {
  /** `[[id=abc]]`: comes back in the answer as `(id=abc)`. Several may stand in batched messages. */
  readonly ids: readonly string[];
  /** `[[tokens=50]]`: answer with that many words, each a delta. */
  readonly tokens: number | undefined;
  /** `[[delay=20]]`: milliseconds before each delta but the first. */
  readonly delayMs: number | undefined;
  /** `[[first=500]]`: milliseconds before the first delta. */
  readonly firstDelayMs: number | undefined;
  /**
   * `[[tool=name {"json":1}]]` is a step that calls one tool, `[[parallel=a {"x":1},b]]` a step that
   * calls several at once. Steps are taken in the order of the text.
   */
  readonly steps: readonly (readonly DirectedCall[])[];
  /** `[[fail=503]]`: answer with this status; `[[fail=503*2]]`: the first two times only. */
  readonly fail: { readonly status: number; readonly times: number } | undefined;
  /** `[[think=words]]`: reason in these words first. */
  readonly think: string | undefined;
  /** `[[say=words]]`: answer in these words. */
  readonly say: string | undefined;
  /** `[[hang]]`: say one delta and never go on. `[[cut]]`: say one delta and lose the connection. */
  readonly broken: 'hang' | 'cut' | undefined;
  /** The text without its directives. */
  readonly rest: string;
}

export interface DirectedCall {
  readonly name: string;
  readonly inputText: string;
}

/** Reads the directives out of a text; what only looks like one stays text. The last of a kind wins. */
export function readDirectives(words: string): Directives {
  const found: Found = { ids: [], steps: [], values: new Map() };
  let rest = '';
  let at = 0;
  while (at < words.length) {
    const open = words.indexOf('[[', at);
    if (open === -1) break;
    const directive = scanDirective(words, open);
    const taken = directive !== undefined && take(directive, found);
    const end = taken ? directive.end : open + 2;
    rest += words.slice(at, taken ? open : end);
    at = end;
  }
  rest += words.slice(at);
  return toDirectives(found, rest.replaceAll(/\s+/g, ' ').trim());
}

interface Found {
  readonly ids: string[];
  readonly steps: (readonly DirectedCall[])[];
  readonly values: Map<string, string>;
}

interface Scanned {
  readonly key: string;
  readonly value: string;
  /** After the closing brackets. */
  readonly end: number;
}

/** Finds the closing brackets, which do not count inside a JSON object. */
function scanDirective(words: string, open: number): Scanned | undefined {
  const key = /^[a-z]+/.exec(words.slice(open + 2, open + 14))?.[0];
  if (key === undefined) return undefined;
  const start = open + 2 + key.length;
  if (words.startsWith(']]', start)) return { key, value: '', end: start + 2 };
  if (words[start] !== '=') return undefined;
  const close = findClose(words, start + 1);
  if (close === undefined) return undefined;
  return { key, value: words.slice(start + 1, close), end: close + 2 };
}

function findClose(words: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < words.length; at += 1) {
    const sign = words[at];
    if (quoted) {
      if (sign === '\\') at += 1;
      else if (sign === '"') quoted = false;
    } else if (depth > 0 && sign === '"') quoted = true;
    else if (sign === '{') depth += 1;
    else if (sign === '}') depth -= 1;
    else if (depth === 0 && words.startsWith(']]', at)) return at;
  }
  return undefined;
}

const valueForms: Readonly<Record<string, RegExp>> = {
  tokens: /^\d{1,6}$/,
  delay: /^\d{1,6}$/,
  first: /^\d{1,6}$/,
  fail: /^\d{3}(\*\d{1,3})?$/,
  think: /./s,
  say: /./s,
  hang: /^$/,
  cut: /^$/,
};

function take({ key, value }: Scanned, found: Found): boolean {
  if (key === 'id') {
    if (!/^[\w.:-]+$/.test(value)) return false;
    found.ids.push(value);
    return true;
  }
  if (key === 'tool' || key === 'parallel') {
    const calls = (key === 'tool' ? [value] : splitCalls(value)).map(toCall);
    const known = calls.filter((call) => call !== undefined);
    if (known.length < calls.length) return false;
    found.steps.push(known);
    return true;
  }
  if (valueForms[key]?.test(value) !== true) return false;
  found.values.set(key, value);
  return true;
}

function toCall(words: string): DirectedCall | undefined {
  const [, name, inputText = '{}'] = /^\s*([\w.:-]+)\s*(\{.*\})?\s*$/s.exec(words) ?? [];
  return name === undefined ? undefined : { name, inputText };
}

/** Splits at the commas that stand outside of JSON. */
function splitCalls(words: string): readonly string[] {
  const calls: string[] = [];
  let depth = 0;
  let call = '';
  for (const sign of words) {
    if (sign === '{') depth += 1;
    if (sign === '}') depth -= 1;
    if (sign === ',' && depth === 0) {
      calls.push(call);
      call = '';
    } else call += sign;
  }
  return [...calls, call];
}

function toDirectives({ ids, steps, values }: Found, rest: string): Directives {
  const [status, times] = (values.get('fail') ?? '').split('*');
  const broken = (['hang', 'cut'] as const).find((key) => values.has(key));
  return {
    ids,
    steps,
    tokens: toNumber(values.get('tokens')),
    delayMs: toNumber(values.get('delay')),
    firstDelayMs: toNumber(values.get('first')),
    fail: status ? { status: Number(status), times: Number(times ?? Infinity) } : undefined,
    think: values.get('think'),
    say: values.get('say'),
    broken,
    rest,
  };
}

function toNumber(words: string | undefined): number | undefined {
  return words === undefined ? undefined : Number(words);
}
