/**
 * The words a person reads of `*bold*`, `_italic_`, `~struck~`, code and quotes: without marks. A mark hugs its words and has
 * no letter outside; a space without a width, which nobody sees, may stand there. `read` reads the rest of each piece.
 */
export function readMarkedWords(
  body: string,
  read: (piece: string) => string = (piece) => piece,
): string {
  return body
    .split(/(```[\s\S]*?```|`[^`\n]+`)/)
    .map((piece, index) => read(index % 2 === 1 ? readCode(piece) : readWords(piece)))
    .join('');
}

function readCode(piece: string): string {
  return piece.replace(/^```\n?([\s\S]*?)\n?```$/, '$1').replace(/^`([^`]+)`$/, '$1');
}

function readWords(piece: string): string {
  let words = piece.replaceAll(/^> /gm, '');
  // Styles lie within each other, at most as deep as there are kinds.
  for (let depth = 0; depth < 3; depth += 1)
    for (const mark of ['\\*', '_', '~'])
      words = words.replaceAll(
        new RegExp(
          `(?:\u200B|(?<![\\p{L}\\p{N}]))${mark}(?=\\S)([^\\n]*?\\S)${mark}(?:\u200B|(?![\\p{L}\\p{N}]))`,
          'gu',
        ),
        '$1',
      );
  return words;
}
