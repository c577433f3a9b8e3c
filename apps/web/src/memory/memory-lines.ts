export interface MemoryLine {
  readonly number: number;
  readonly text: string;
  readonly kind: 'heading' | 'text';
  /** In the passage that was found. */
  readonly isFound: boolean;
}

/** The lines of a file as a person reads them: without the marks that tell which call wrote an entry. */
export function toMemoryLines(
  text: string,
  passage: { readonly from: number; readonly to: number } | undefined,
): readonly MemoryLine[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, at) => {
      const number = at + 1;
      const isHeading = /^#{1,6} /.test(line);
      return {
        number,
        text: isHeading ? line.replace(/^#+ /, '') : withoutMark(line).replaceAll('**', ''),
        kind: isHeading ? 'heading' : 'text',
        isFound: passage !== undefined && number >= passage.from && number <= passage.to,
      };
    });
}

function withoutMark(line: string): string {
  const at = line.lastIndexOf('<!-- cuttle ');
  return at >= 0 && line.trimEnd().endsWith('-->') ? line.slice(0, at).trimEnd() : line;
}
