import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import TurndownService from 'turndown';
import { withoutInvisible } from './visible-text.ts';

export interface HtmlPage {
  readonly html: string;
  /** Where the page came from; links are resolved against it. */
  readonly url: string;
}
export interface MarkdownPage {
  readonly title: string;
  readonly markdown: string;
}

const maxMarkdownChars = 500_000;

type Page = ReturnType<typeof parseHTML>['document'];
type PageElement = ReturnType<Page['createElement']>;

/** The main text of a page as Markdown, without what a reader does not see. Runs in a thread: a hostile page may take any time. */
export function convertPage({ html, url }: HtmlPage): MarkdownPage {
  const document = parsePage(html);
  const title = document.title.trim();
  removeUnseen(document);
  makeAbsolute(document, url);
  // Readability takes the document apart, and finds nothing in short or odd pages.
  const whole = document.body.cloneNode(true);
  const article = new Readability<PageElement>(document, {
    serializer: (node) => node as PageElement, // a node of our own document
  }).parse();
  const main =
    article?.content && (article.textContent?.trim().length ?? 0) > 200 ? article.content : whole;
  const markdown = toMarkdown(main);
  return {
    title: oneLine(article?.title?.trim() || title),
    markdown: withoutInvisible(markdown).trim().slice(0, maxMarkdownChars),
  };
}

/** The parser takes what it gets: a fragment has no body, and a page may forget its own. */
function parsePage(html: string): Page {
  const { document } = parseHTML(html);
  if (document.querySelector('html > body')) return document;
  return parseHTML(`<!doctype html><html><head></head><body>${html}</body></html>`).document;
}

/** What is never shown to a reader is where instructions to models are hidden. */
function removeUnseen(document: Page): void {
  const never =
    'script,style,noscript,template,iframe,object,embed,svg,canvas,head > link,meta[http-equiv],[hidden],[aria-hidden="true"],input[type="hidden"]';
  for (const element of document.querySelectorAll(never)) element.remove();
  for (const element of document.querySelectorAll('[style]'))
    if (isHiddenStyle(element.getAttribute('style') ?? '')) element.remove();
  for (const element of document.querySelectorAll('[class]'))
    if (hiddenClass.test(element.getAttribute('class') ?? '')) element.remove();
  const walker = document.createTreeWalker(document, 128); // NodeFilter.SHOW_COMMENT
  const comments: (typeof walker.currentNode)[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.parentNode?.removeChild(comment);
}

/** The classes that common style sheets give to what only a screen reader, or nobody, gets. */
const hiddenClass =
  /(?:^|\s)(?:sr-only|visually-hidden|d-none|hidden|invisible|screen-reader-only|offscreen)(?:\s|$)/;
const hiddenStyles: readonly RegExp[] = [
  /display:none/,
  /visibility:(?:hidden|collapse)/,
  /(?:^|;)opacity:0(?:\.0+)?%?(?:;|!|$)/,
  /font-size:0(?:\.0+)?[a-z%]*(?:;|!|$)/,
  /(?:^|;)(?:color|-webkit-text-fill-color):(?:transparent|rgba\([^)]*,0(?:\.0+)?\)|hsla\([^)]*,0(?:\.0+)?\))/,
  /clip-path:inset\((?:100|50)%/,
  /clip:rect\(0/,
  /transform:[^;]*(?:scale\(0(?:,0)?\)|translate[xy]?\(-\d{4,})/,
  /text-indent:-\d{3,}/,
  /(?:^|;)(?:left|top|right|bottom|margin-left|margin-top):-\d{4,}/,
  /(?:^|;)(?:max-)?(?:width|height):0(?:px)?(?:;|!|$).*overflow:hidden|overflow:hidden.*(?:^|;)(?:max-)?(?:width|height):0(?:px)?(?:;|!|$)/,
];

function isHiddenStyle(style: string): boolean {
  const compact = style.slice(0, 2000).toLowerCase().replaceAll(/\s+/g, '');
  return hiddenStyles.some((pattern) => pattern.test(compact));
}

function makeAbsolute(document: Page, url: string): void {
  const given = document.querySelector('base[href]')?.getAttribute('href') ?? '';
  const base = URL.canParse(given, url) ? new URL(given, url).href : url;
  for (const link of document.querySelectorAll('a[href]')) {
    const href = link.getAttribute('href') ?? '';
    const target = URL.canParse(href, base) ? new URL(href, base) : undefined;
    if (target && /^(?:https?|mailto):$/.test(target.protocol) && target.href.length < 2000)
      link.setAttribute('href', target.href);
    else link.removeAttribute('href');
  }
}

function toMarkdown(root: unknown): string {
  const turndown = new TurndownService({
    headingStyle: 'atx',
    codeBlockStyle: 'fenced',
    bulletListMarker: '-',
  });
  // An image's address would be a request of whoever shows the answer.
  turndown.addRule('image', {
    filter: ['img', 'picture', 'video', 'audio'],
    replacement: (_content, node) => {
      const alt = oneLine(elementOf(node).getAttribute('alt') ?? '');
      return alt === '' ? '' : `[image: ${alt}]`;
    },
  });
  addTables(turndown);
  return turndown.turndown(root as Parameters<TurndownService['turndown']>[0]); // a DOM node, of linkedom's making
}

function elementOf(node: unknown): PageElement {
  return node as PageElement; // of linkedom's making, and an element by the rule's filter
}

/** Tables as GitHub writes them: a cell is one line, and a rule follows the first row. https://github.github.com/gfm/#tables-extension- */
function addTables(turndown: TurndownService): void {
  turndown.addRule('cell', {
    filter: ['td', 'th'],
    replacement: (content) => `${oneLine(content).replaceAll('|', '\\|')} | `,
  });
  turndown.addRule('row', {
    filter: 'tr',
    replacement: (content, node) => {
      const row = elementOf(node);
      const isFirst = row === row.closest('table')?.querySelector('tr');
      const rule = isFirst ? `\n| ${'--- | '.repeat(row.children.length)}`.trimEnd() : '';
      return `| ${content}`.trimEnd() + `${rule}\n`;
    },
  });
  turndown.addRule('section', {
    filter: ['tbody', 'thead', 'tfoot'],
    replacement: (content) => content,
  });
}

function oneLine(text: string): string {
  return withoutInvisible(text).replaceAll(/\s+/g, ' ').slice(0, 300);
}
