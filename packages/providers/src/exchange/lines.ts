/** Text in pieces → whole lines. Ends of line are LF, CRLF or CR, also when split between two pieces. */
export interface LineSplitter {
  push(text: string): readonly string[];
  /** What was left without an end of line. */
  end(): string;
}

export function createLineSplitter(): LineSplitter {
  // Pieces of an unfinished line are joined once, when it ends: a long line in tiny pieces costs linear time.
  let pieces: string[] = [];
  let afterCr = false;
  return {
    push(text) {
      const rest = afterCr && text.startsWith('\n') ? text.slice(1) : text;
      if (text !== '') afterCr = text.endsWith('\r');
      if (!rest.includes('\n') && !rest.includes('\r')) {
        if (rest !== '') pieces.push(rest);
        return [];
      }
      const lines = rest.includes('\r') ? rest.split(/\r\n|\r|\n/) : rest.split('\n');
      const last = lines.pop() ?? '';
      if (pieces.length > 0) lines[0] = pieces.join('') + (lines[0] ?? '');
      pieces = last === '' ? [] : [last];
      return lines;
    },
    end() {
      const left = pieces.join('');
      pieces = [];
      return left;
    },
  };
}
