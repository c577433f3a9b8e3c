import type { MarkedToken, Token } from 'marked';
import type { ComponentChild } from 'preact';
import { decodeEntities } from './entities.ts';
import { toSafeImage, toSafeLink } from './safe-url.ts';

/**
 * Tokens of running text → elements. There is no HTML on the way: what an agent writes becomes text nodes and the few elements made here,
 * so nothing it writes can become markup, a script or a request.
 */
export function renderInline(tokens: readonly Token[]): ComponentChild[] {
  const children: ComponentChild[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (!token) continue;
    const pair = findPair(tokens, index);
    if (pair) {
      const Tag = pair.tag;
      children.push(<Tag key={index}>{renderInline(tokens.slice(index + 1, pair.end))}</Tag>);
      index = pair.end;
    } else {
      children.push(renderToken(asMarked(token), index));
    }
  }
  return children;
}

export function asMarked(token: Token): MarkedToken {
  return token as MarkedToken; // the reader runs without extensions, whose tokens alone are outside of this union
}

function renderToken(token: MarkedToken, key: number): ComponentChild {
  switch (token.type) {
    case 'text':
      return 'tokens' in token ? renderInline(token.tokens) : decodeEntities(token.text);
    case 'escape':
      return token.text;
    case 'strong':
      return <strong key={key}>{renderInline(token.tokens)}</strong>;
    case 'em':
      return <em key={key}>{renderInline(token.tokens)}</em>;
    case 'del':
      return <del key={key}>{renderInline(token.tokens)}</del>;
    case 'codespan':
      return <code key={key}>{token.text}</code>;
    case 'br':
      return <br key={key} />;
    case 'link':
      return renderLink(token, key);
    case 'image':
      return renderImage(token, key);
    case 'checkbox':
      return renderCheckbox(token.checked, key);
    case 'html':
      return /^<br\s*\/?>$/i.test(token.text) ? <br key={key} /> : token.text;
    case 'blockquote':
    case 'code':
    case 'def':
    case 'heading':
    case 'hr':
    case 'list':
    case 'list_item':
    case 'paragraph':
    case 'space':
    case 'table':
      return token.raw;
  }
}

function renderCheckbox(checked: boolean, key: number): ComponentChild {
  return (
    <span key={key} class="task" role="img" aria-label={checked ? 'done' : 'not done'}>
      {checked ? '☑' : '☐'}{' '}
    </span>
  );
}

function renderLink(token: Extract<MarkedToken, { type: 'link' }>, key: number): ComponentChild {
  // The reader leaves character references to us; in an address that stands by itself they are literal.
  const href = toSafeLink(token.autolink === true ? token.href : decodeEntities(token.href));
  const label = renderInline(token.tokens);
  if (href === undefined) return <span key={key}>{label}</span>;
  return (
    <a key={key} href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
      {label}
    </a>
  );
}

function renderImage(token: Extract<MarkedToken, { type: 'image' }>, key: number): ComponentChild {
  const alt = decodeEntities(token.text);
  const source = toSafeImage(token.href);
  if (source !== undefined) return <img key={key} src={source} alt={alt} />;
  const href = toSafeLink(decodeEntities(token.href));
  const label = `Image: ${alt === '' ? token.href : alt}`;
  if (href === undefined) return <span key={key}>[{label}]</span>;
  return (
    <a key={key} href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
      {label}
    </a>
  );
}

const pairTags = ['sub', 'sup', 'kbd', 'mark', 'b', 'i', 'u', 's'] as const;
type PairTag = (typeof pairTags)[number];

/** A bare `<sub>…</sub>` of a few harmless kinds; anything else that looks like a tag is shown as written. */
function findPair(
  tokens: readonly Token[],
  start: number,
): { tag: PairTag; end: number } | undefined {
  const open = tokens[start];
  if (open?.type !== 'html') return undefined;
  const tag = pairTags.find((name) => open.raw.toLowerCase() === `<${name}>`);
  if (!tag) return undefined;
  const end = tokens.findIndex(
    ({ type, raw }, index) => index > start && type === 'html' && raw.toLowerCase() === `</${tag}>`,
  );
  return end < 0 ? undefined : { tag, end };
}
