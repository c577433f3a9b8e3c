import { strFromU8, unzipSync } from 'fflate';

/** Unpacked bytes of the one file that is read: a packed one may be a thousand times smaller. */
const maxXmlBytes = 64_000_000;

/**
 * The words of a text document, a line for each paragraph, cells of a table parted by tabs. ECMA-376 part 1, 17.2 and 17.3. Throws where the
 * bytes are no such document.
 */
export function readDocx(bytes: Uint8Array): string {
  const name = 'word/document.xml';
  const files = unzipSync(bytes, {
    // The size that a file claims is what is set aside for it, and more does not come out.
    filter: (file) => file.name === name && file.originalSize <= maxXmlBytes,
  });
  const xml = files[name];
  if (!xml) throw new Error('The file holds no text, or too much of it.');
  return toLines(strFromU8(xml));
}

/** Linear in the text: each tag is looked at once. */
function toLines(xml: string): string {
  let text = '';
  let inText = false;
  let at = 0;
  while (at < xml.length) {
    const open = xml.indexOf('<', at);
    const end = open < 0 ? xml.length : open;
    if (inText) text += unescapeXml(xml.slice(at, end));
    if (open < 0) break;
    const close = xml.indexOf('>', open);
    if (close < 0) break;
    const tag = xml.slice(open + 1, close);
    const name = /^\/?[\w:]+/.exec(tag)?.[0] ?? '';
    inText = name === 'w:t' && !tag.endsWith('/');
    text += separators[name] ?? '';
    at = close + 1;
  }
  return text.replaceAll(/\t\n/g, '\n').trim();
}

const separators: Readonly<Record<string, string>> = {
  'w:tab': '\t',
  'w:br': '\n',
  'w:cr': '\n',
  '/w:p': '\n',
  '/w:tc': '\t',
  '/w:tr': '\n',
};

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi, (whole, ...groups) => {
    const [decimal, hex, name] = groups as (string | undefined)[]; // the three groups above
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
