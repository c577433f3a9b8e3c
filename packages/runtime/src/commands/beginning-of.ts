const mostChars = 80;

/** The first line of a text, cut where it is long. */
export function beginningOf(text: string): string {
  const [line = ''] = text.trim().split('\n', 1);
  const beginning = line.slice(0, mostChars).toWellFormed();
  return beginning === text ? text : `${beginning} …`;
}
