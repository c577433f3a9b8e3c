/** Words of arithmetic → what `math_eval` reads. */
const words: readonly (readonly [RegExp, string])[] = [
  [/(\d+(?:\.\d+)?) ?(?:%|percent) of /gi, '$1/100*'],
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\b(?:times|multiplied by)\b/gi, '*'],
  [/\b(?:divided by|over)\b/gi, '/'],
  [/\bto the power of\b/gi, '^'],
  [/\bsquared\b/gi, '^2'],
  [/\bthe square root of (\d+(?:\.\d+)?)/gi, 'sqrt($1)'],
  [/×/g, '*'],
  [/÷/g, '/'],
  // The minus sign, escaped: V8 keeps a bundle of Latin-1 alone in half the memory.
  [/\u2212/g, '-'],
  [/(?<=\d) ?x ?(?=\d)/gi, '*'],
  // Thousands: 1,000,000
  [/(?<=\d),(?=\d{3}\b)/g, ''],
];

const functions = 'sqrt|abs|round|floor|ceil|sin|cos|tan|log|log10|exp|pi|mod|min|max';
const expression = new RegExp(String.raw`^(?:[\d\s.+\-*/^%(),!]|\b(?:${functions})\b)+$`, 'i');
const operation = new RegExp(String.raw`[+*/^%!]|\d\s*-\s*[\d(]|\b(?:${functions})\b`, 'i');

/** The expression that a text is, if it is one and there is something to work out. */
export function findExpression(text: string): string | undefined {
  const written = words.reduce((value, [word, sign]) => value.replaceAll(word, sign), text).trim();
  if (written.length > 200 || !/\d|pi/i.test(written)) return undefined;
  return expression.test(written) && operation.test(written) ? written : undefined;
}
