/** Hands a text to the browser as a file to keep. */
export function saveFile(
  { document, URL }: Window & typeof globalThis,
  name: string,
  text: string,
): void {
  const type = name.endsWith('.json') ? 'application/json' : 'text/markdown';
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
