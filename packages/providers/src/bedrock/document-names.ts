/** Names for the documents of one request. */
export interface DocumentNames {
  /** The name that a document is given, whatever it was called. */
  take(name: string | undefined): string;
}

const maxLength = 190;

/**
 * "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square
 * brackets. The name can't contain more than one consecutive whitespace character." "Messages can't contain duplicate
 * document names." https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
 * A name depends on itself and those before it alone, so that it never changes.
 */
export function createDocumentNames(): DocumentNames {
  const used = new Set<string>();
  return {
    take(name) {
      const plain = toPlainName(name ?? '');
      let free = plain;
      for (let again = 2; used.has(free); again += 1) free = `${plain} ${again}`;
      used.add(free);
      return free;
    },
  };
}

function toPlainName(name: string): string {
  const words = name
    // The format says what the extension says.
    .replace(/\.\w{1,5}$/, '')
    .replaceAll(/[^a-zA-Z0-9\-()[\]]+/g, ' ')
    .slice(0, maxLength)
    .trim();
  return words === '' ? 'document' : words;
}
