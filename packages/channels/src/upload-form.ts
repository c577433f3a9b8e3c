import type { SentFile } from '@cuttle/core-types/ports';

/** A file in a form, under the name of its field. */
export interface FormFile {
  readonly field: string;
  readonly file: SentFile;
}

/** `multipart/form-data` of words and files. RFC 7578 */
export function toForm(
  fields: Readonly<Record<string, string>>,
  files: readonly FormFile[],
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { field, file } of files) {
    // The bytes of the blob store lie in a buffer of their own, never in a shared one.
    const content = file.content as Uint8Array<ArrayBuffer>;
    form.append(field, new Blob([content], { type: file.mimeType }), file.name);
  }
  return form;
}
