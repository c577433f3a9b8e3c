import { getDocumentProxy } from 'unpdf';

export interface DocumentText {
  readonly text: string;
  readonly pages?: number | undefined;
}

/**
 * The words of a PDF, page after page until there are `maxChars`, without what only a picture of a page shows. Throws where it is broken or
 * locked.
 */
export async function readPdf(bytes: Uint8Array, maxChars: number): Promise<DocumentText> {
  // No fonts are looked for: only its words are wanted.
  const pdf = await getDocumentProxy(bytes, {
    useSystemFonts: false,
    disableFontFace: true,
    verbosity: 0,
  });
  let text = '';
  for (let page = 1; page <= pdf.numPages && text.length < maxChars; page += 1) {
    const { items } = await (await pdf.getPage(page)).getTextContent();
    for (const item of items) if ('str' in item) text += item.str + (item.hasEOL ? '\n' : '');
    text = `${text.trimEnd()}\n\n`;
  }
  return { text: text.trim().slice(0, maxChars), pages: pdf.numPages };
}
