/**
 * How a family of models cuts text into tokens, by the kind of character. Measured on prose, source code, JSON and logs with the vendors'
 * tokenizers where they are public and with their counting methods where not; a session corrects it by what its service counts (`calibrate`).
 */
export type TokenFamily = 'gpt' | 'claude' | 'gemini' | 'other';

export interface FamilyRates {
  /** Tokens of one character of each kind; the place is a `Kind`. */
  readonly perCharacter: readonly number[];
  /** Tokens of a picture of common size. */
  readonly image: number;
}

const kinds = [
  'letter',
  'space',
  'digit',
  'sign',
  'latin',
  'alphabet',
  'ideograph',
  'rare',
] as const;
type Kind = (typeof kinds)[number];

const rates: Readonly<Record<TokenFamily, FamilyRates>> = {
  gpt: {
    perCharacter: [0.2, 0.14, 0.36, 0.55, 0.36, 0.45, 0.85, 1.3],
    image: 1_105,
  },
  claude: {
    perCharacter: [0.23, 0.16, 0.5, 0.62, 0.45, 0.6, 1.1, 1.6],
    image: 1_600,
  },
  gemini: {
    perCharacter: [0.2, 0.13, 0.95, 0.55, 0.36, 0.42, 0.7, 1.2],
    image: 1_290,
  },
  other: {
    perCharacter: [0.23, 0.16, 0.6, 0.62, 0.45, 0.6, 1.1, 1.6],
    image: 1_600,
  },
};

export function familyRates(family: TokenFamily): FamilyRates {
  return rates[family];
}

/** By the name of the model first: a gateway of many vendors speaks one dialect. */
export function tokenFamilyOf(model: string, dialect: string): TokenFamily {
  if (/claude/i.test(model)) return 'claude';
  if (/gemini|gemma/i.test(model)) return 'gemini';
  if (/\b(gpt|o[134]|chatgpt|davinci)/i.test(model)) return 'gpt';
  const families: Readonly<Record<string, TokenFamily>> = { anthropic: 'claude', gemini: 'gemini' };
  return families[dialect] ?? 'other';
}

/** A text longer than this is estimated by samples of it. */
const readWhole = 8_192;
const samples = 16;
const sampleChars = 256;

/** Tokens of a text, never below one for each 12 characters. Of a long text, samples are looked at, so that its length costs nothing. */
export function estimateText(text: string, { perCharacter }: FamilyRates): number {
  const { length } = text;
  if (length <= readWhole) return Math.ceil(weigh(text, { from: 0, to: length }, perCharacter));
  const stride = Math.floor((length - sampleChars) / (samples - 1));
  let weight = 0;
  for (let at = 0; at < samples; at += 1) {
    const from = at * stride;
    weight += weigh(text, { from, to: from + sampleChars }, perCharacter);
  }
  return Math.ceil((weight / (samples * sampleChars)) * length);
}

function weigh(
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
  perCharacter: FamilyRates['perCharacter'],
): number {
  let weight = 0;
  let unbroken = 0;
  for (let at = from; at < to; at += 1) {
    const kind = kindOf(text.charCodeAt(at));
    // Letters and digits without an end are no words: base64 and hashes are cut finer.
    unbroken = kind === letter || kind === digit ? unbroken + 1 : 0;
    const rate = perCharacter[kind] ?? 1;
    weight += unbroken > longWord ? rate * 2 : rate;
  }
  return weight;
}

const longWord = 32;
const spaceKind = kinds.indexOf('space');
const latinKind = kinds.indexOf('latin');
const place = (kind: Kind): number => kinds.indexOf(kind);
const [letter, digit, sign, alphabet, ideograph, rare] = [
  place('letter'),
  place('digit'),
  place('sign'),
  place('alphabet'),
  place('ideograph'),
  place('rare'),
];

function kindOf(code: number): number {
  if (code < 128) return asciiKind(code);
  if (code < 0x250) return latinKind;
  if (code < 0x1100) return alphabet;
  if (code >= 0x3040 && code < 0xd7b0) return ideograph;
  // Halves of pairs: emoji and rare scripts.
  return code >= 0xd800 && code < 0xe000 ? rare : ideograph;
}

function asciiKind(code: number): number {
  if (code <= 32) return spaceKind;
  const lower = code | 32;
  if (lower >= 97 && lower <= 122) return letter;
  return code >= 48 && code <= 57 ? digit : sign;
}

/** A service that counts otherwise than we do is believed, within reason: a cache that hides tokens must not hide an overflow. */
const least = 800;
const most = 2_500;

/** In thousandths. */
const scaleStep = 50;
/** Less than this share below what was known is no news: where results are cut depends on it, and prompt caches on that. */
const unchangedShare = 0.85;

/**
 * Real tokens for each estimated one, in thousandths, from one request. In steps, and slow to fall, so that the same transcript is shown in the
 * same bytes from turn to turn.
 */
export function calibrate(
  request: { readonly estimated: number; readonly real: number },
  before: number | undefined,
): number {
  const { estimated, real } = request;
  if (estimated <= 0 || real <= 0) return before ?? 1000;
  const now = inSteps(Math.min(most, Math.max(least, (real / estimated) * 1000)));
  // More than was thought is believed at once.
  if (before === undefined || now > before) return now;
  return now > before * unchangedShare ? before : inSteps((now + before) / 2);
}

function inSteps(scale: number): number {
  return Math.ceil(scale / scaleStep) * scaleStep;
}
