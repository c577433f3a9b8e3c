export interface Highlight {
  readonly kind: 'plain' | 'comment' | 'string' | 'number' | 'keyword';
  readonly text: string;
}

/**
 * Code → pieces for four calm colours. It knows how most languages write comments, strings and numbers and the words they share;
 * it parses none of them, and where it errs only a colour is wrong. Joined, the pieces are the code.
 */
export function highlight(code: string, lang: string): readonly Highlight[] {
  const comments = commentsOf(lang.toLowerCase());
  if (comments === undefined) return [{ kind: 'plain', text: code }];
  const pattern = new RegExp(
    `(?<comment>${comments})|(?<string>${strings})|(?<number>${numbers})|(?<word>[A-Za-z_][\\w]*)`,
    'g',
  );
  const found: Highlight[] = [];
  let plainFrom = 0;
  for (const match of code.matchAll(pattern)) {
    const kind = kindOf(match.groups ?? {});
    if (!kind) continue;
    if (match.index > plainFrom)
      found.push({ kind: 'plain', text: code.slice(plainFrom, match.index) });
    found.push({ kind, text: match[0] });
    plainFrom = match.index + match[0].length;
  }
  if (plainFrom < code.length) found.push({ kind: 'plain', text: code.slice(plainFrom) });
  return found;
}

function kindOf(
  groups: Readonly<Record<string, string | undefined>>,
): Highlight['kind'] | undefined {
  if (groups['comment'] !== undefined) return 'comment';
  if (groups['string'] !== undefined) return 'string';
  if (groups['number'] !== undefined) return 'number';
  return groups['word'] !== undefined && keywords.has(groups['word']) ? 'keyword' : undefined;
}

// A string without its end runs to the end of the line, so that code still arriving does not flicker.
// Each form ends at whatever comes, or is short: looking for an end that is not there costs a second on hostile code.
const strings = [
  `"""[^]*?(?:"""|$)`,
  `"(?:[^"\\\\\\n]|\\\\[^])*(?:"|\\\\?$|(?=\\n))`,
  `'(?:[^'\\\\\\n]|\\\\.){0,400}'`,
  '`(?:[^`\\\\]|\\\\[^])*(?:`|\\\\?$)',
].join('|');
const numbers = String.raw`\b(?:0x[\da-fA-F]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)\b`;

const slashes = String.raw`\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)`;
const hash = String.raw`(?<![\w$])#[^\n]*`;
const dashes = String.raw`--[^\n]*|\/\*[^]*?(?:\*\/|$)`;
const never = '(?!)';

const families: readonly (readonly [comments: string, langs: string])[] = [
  [
    slashes,
    'js javascript jsx ts typescript tsx mjs java c h cpp c++ cs csharp go rust rs swift kotlin kt scala php dart json5 jsonc css scss less zig groovy proto',
  ],
  [
    hash,
    'py python rb ruby sh bash zsh shell console yaml yml toml ini conf dockerfile makefile make perl r elixir ex nix tf hcl graphql powershell ps1',
  ],
  [dashes, 'sql postgres postgresql sqlite mysql lua haskell hs'],
  [never, 'json'],
];

function commentsOf(lang: string): string | undefined {
  return families.find(([, langs]) => langs.split(' ').includes(lang))?.[0];
}

const keywords: ReadonlySet<string> = new Set(
  (
    'abstract and as async await begin bool boolean break case catch char class const continue def default defer del delete do done double elif else elsif end ' +
    'enum esac except export extends false False fi final finally float fn for foreach from func function go if impl implements import in instanceof int interface ' +
    'is lambda let local long loop match mod module mut namespace new nil None not null of or package pass private protected pub public raise readonly require ' +
    'return select self static string struct super switch then this throw throws trait true True try type typeof undefined unless until use using val var void ' +
    'where while with yield SELECT FROM WHERE INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE INDEX PRIMARY KEY NOT NULL AND OR JOIN LEFT INNER ON GROUP ORDER BY ' +
    'LIMIT AS DISTINCT HAVING UNION ALTER DROP ADD WITH CASE WHEN THEN ELSE END'
  ).split(' '),
);
