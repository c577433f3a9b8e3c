import { deflateSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';

/** A page with what a content stream draws. https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf, annex H */
export function pdfOf(content: string | Uint8Array, filter = ''): Uint8Array {
  const bytes = Buffer.from(content);
  const stream = `<< /Length ${bytes.length} ${filter} >>\nstream\n${bytes.toString('latin1')}\nendstream`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    stream,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const places: number[] = [];
  for (const [index, object] of objects.entries()) {
    places.push(file.length);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const tail = `xref\n0 6\n0000000000 65535 f \n${table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF`;
  return Buffer.from(file + tail, 'latin1');
}

export function pdfSaying(text: string): Uint8Array {
  return pdfOf(`BT /F1 24 Tf 72 700 Td (${text}) Tj ET`);
}

/** A small file whose page unpacks to so many bytes. */
export function pdfBomb(bytes: number): Uint8Array {
  return pdfOf(deflateSync(Buffer.alloc(bytes, 'BT (x) Tj ET ')), '/Filter /FlateDecode');
}

export function docxOf(body: string | Uint8Array): Uint8Array {
  const document =
    typeof body === 'string' ? strToU8(`<w:document><w:body>${body}</w:body></w:document>`) : body;
  return zipSync({ '[Content_Types].xml': strToU8('<Types/>'), 'word/document.xml': document });
}
